import { describe, expect, it } from "vitest";
import { SseReader } from "../../src/core/chat/sse.ts";
import type { LimitSpec } from "../../src/core/provider.ts";
import { createSimulatedProvider } from "../../src/providers/simulated/index.ts";
import type { SimulatedProfile } from "../../src/providers/simulated/profile.ts";
import { chatRequest, profileOf, SECRET, virtualWorld } from "./world.ts";

async function answerOf(body: Record<string, unknown>, changes: Partial<SimulatedProfile> = {}) {
  const world = virtualWorld();
  const provider = createSimulatedProvider(profileOf(changes), world);
  const pending = provider.handle(chatRequest(body));
  await world.advance(60_000);
  const reply = await pending;
  return { reply, body: await reply.json() };
}

/** Reads a stream to its end while the world moves on by itself. */
async function chunksOf(body: Record<string, unknown>, changes: Partial<SimulatedProfile> = {}) {
  const world = virtualWorld();
  const provider = createSimulatedProvider(profileOf(changes), world);
  const pending = provider.handle(chatRequest({ stream: true, ...body }));
  await world.advance(10);
  const reply = await pending;
  const reader = new SseReader();
  let text = "";
  const events: string[] = [];
  const source = reply.body?.getReader();
  for (;;) {
    const read = source?.read();
    await world.advance(1);
    const { done, value } = (await read) ?? { done: true, value: undefined };
    if (done || value === undefined) break;
    text += new TextDecoder().decode(value);
    events.push(...reader.push(value).map(({ data }) => data));
  }
  expect(events.pop()).toBe("[DONE]");
  return { text, provider, chunks: events.map((data) => JSON.parse(data)) };
}

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, unit: { type: "string", enum: ["celsius", "fahrenheit"] } },
      required: ["city"],
    },
  },
};

describe("a whole answer", () => {
  it("names the provider and the model and counts a token for every four characters", async () => {
    const { reply, body } = await answerOf({});
    expect(reply.status).toBe(200);
    const { content } = body.choices[0].message;
    expect(content).toContain("Demo Provider");
    expect(content).toContain("demo-model");
    expect(content).toContain("Hi there");
    expect(body.usage.completion_tokens).toBe(Math.ceil(content.length / 4));
    expect(body.usage.total_tokens).toBe(body.usage.prompt_tokens + body.usage.completion_tokens);
  });

  it("stops at max_tokens with finish_reason length", async () => {
    const { body } = await answerOf({ max_tokens: 3 });
    expect(body.choices[0].finish_reason).toBe("length");
    expect(body.usage.completion_tokens).toBe(3);
  });

  it("takes images", async () => {
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
    ];
    const { body } = await answerOf({ messages: [{ role: "user", content }] });
    expect(body.choices[0].message.content).toContain("1 image");
  });
});

describe("tools", () => {
  const ask = { role: "user", content: "Use get_weather for Paris" };

  it("are called with arguments that fit the schema when the user names one", async () => {
    const { body } = await answerOf({ tools: [weather], messages: [ask] });
    const [choice] = body.choices;
    expect(choice.finish_reason).toBe("tool_calls");
    expect(choice.message.content).toBeNull();
    expect(choice.message.tool_calls[0]).toMatchObject({
      type: "function",
      function: { name: "get_weather" },
    });
    expect(JSON.parse(choice.message.tool_calls[0].function.arguments)).toEqual({
      city: "Paris",
      unit: "celsius",
    });
  });

  it("are left alone when the text names none, unless one is required", async () => {
    const messages = [{ role: "user", content: "Hello" }];
    const free = await answerOf({ tools: [weather], messages });
    expect(free.body.choices[0].finish_reason).toBe("stop");
    const forced = await answerOf({ tools: [weather], messages, tool_choice: "required" });
    expect(forced.body.choices[0].finish_reason).toBe("tool_calls");
  });

  it("get their result quoted", async () => {
    const call = { id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } };
    const { body } = await answerOf({
      tools: [weather],
      messages: [
        ask,
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "call_1", content: "18 degrees and sunny" },
      ],
    });
    expect(body.choices[0].message.content).toContain("18 degrees and sunny");
  });
});

it("answers a JSON schema with JSON that fits it", async () => {
  const schema = {
    type: "object",
    properties: {
      name: { type: "string", minLength: 3 },
      age: { type: "integer", minimum: 18 },
      kind: { $ref: "#/$defs/kind" },
      tags: { type: "array", items: { type: "string" }, minItems: 2 },
      note: { type: ["string", "null"] },
    },
    $defs: { kind: { enum: ["cat", "dog"] } },
  };
  const { body } = await answerOf({
    response_format: { type: "json_schema", json_schema: { name: "pet", schema } },
  });
  const value = JSON.parse(body.choices[0].message.content);
  expect(Object.keys(value)).toEqual(Object.keys(schema.properties));
  expect(value.age).toBeGreaterThanOrEqual(18);
  expect(value.kind).toBe("cat");
  expect(value.tags).toHaveLength(2);
});

describe("a stream", () => {
  it("comes word by word and adds up to the whole answer", async () => {
    const whole = await answerOf({});
    const { chunks, provider } = await chunksOf({});
    expect(chunks[0].choices[0].delta.role).toBe("assistant");
    const pieces = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "");
    expect(pieces.filter((piece) => piece !== "").length).toBeGreaterThan(10);
    expect(pieces.join("")).toBe(whole.body.choices[0].message.content);
    expect(provider.calls[0]?.outcome).toBe("answered");
  });

  it("puts usage where the provider puts it", async () => {
    const groq = (await chunksOf({})).chunks.at(-1);
    expect(groq.choices[0].finish_reason).toBe("stop");
    expect(groq.usage.total_tokens).toBeGreaterThan(0);
    const openrouter = await chunksOf({}, { style: "openrouter" });
    expect(openrouter.text.startsWith(": OPENROUTER PROCESSING\n\n")).toBe(true);
    expect(openrouter.chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { total_tokens: expect.any(Number) },
    });
    const silent = await chunksOf({}, { style: "nvidia" });
    expect(silent.text).not.toContain('"usage"');
    const asked = await chunksOf({ stream_options: { include_usage: true } }, { style: "nvidia" });
    expect(asked.chunks.at(-1).usage.total_tokens).toBeGreaterThan(0);
  });

  it("ends when its reader leaves", async () => {
    const world = virtualWorld();
    const provider = createSimulatedProvider(profileOf(), world);
    const pending = provider.handle(chatRequest({ stream: true }));
    await world.advance(10);
    const reader = (await pending).body?.getReader();
    const read = reader?.read();
    await world.advance(0);
    await read;
    await reader?.cancel();
    expect(provider.calls[0]?.outcome).toBe("left");
  });
});

describe("what is refused", () => {
  it("a wrong key, in each provider's shape", async () => {
    const statuses: Record<string, number> = { groq: 401, openrouter: 401, mistral: 401, nvidia: 403 };
    for (const style of ["groq", "openrouter", "mistral", "nvidia"] as const) {
      const provider = createSimulatedProvider(profileOf({ style }), virtualWorld());
      const reply = await provider.handle(chatRequest({}, "wrong"));
      expect(reply.status).toBe(statuses[style]);
    }
  });

  it("an unknown model and a body that is no chat call", async () => {
    expect((await answerOf({ model: "other" })).body.error.code).toBe("model_not_found");
    expect((await answerOf({ messages: [] })).reply.status).toBe(400);
  });
});

it("lists its models to whoever has a key", async () => {
  const provider = createSimulatedProvider(profileOf(), virtualWorld());
  const ask = (secret: string) =>
    provider.handle(new Request("http://h/v1/models", { headers: { authorization: `Bearer ${secret}` } }));
  expect((await (await ask(SECRET)).json()).data[0].id).toBe("demo-model");
  expect((await ask("wrong")).status).toBe(401);
});

describe("what is used", () => {
  const day: LimitSpec = {
    ...{ scope: "account", pool: null, metric: "requests", window: "day", cap: 50, reset: "sliding" },
    source: "documented",
  };
  const asked = () =>
    new Request("http://simulated.test/api/v1/key", { headers: { authorization: `Bearer ${SECRET}` } });

  it("is told as OpenRouter does, counts against nothing, and may be as old as its cache", async () => {
    const world = virtualWorld();
    const changes = { style: "openrouter", limits: [day], usageLagMs: 60_000 } as const;
    const provider = createSimulatedProvider(profileOf(changes), world);
    const used = async () => (await (await provider.handle(asked())).json()).data.free_model_daily_requests;
    expect(await used()).toEqual({ limit: 50, used: 0, remaining: 50 });
    const call = provider.handle(chatRequest({}));
    await world.advance(10_000);
    await call;
    expect(await used()).toMatchObject({ used: 0 });
    await world.advance(50_000);
    expect(await used()).toMatchObject({ used: 1, remaining: 49 });
    expect(provider.usageCalls).toBe(3);
    expect(provider.calls).toHaveLength(1);
  });

  it("is no path of providers that do not tell", async () => {
    const provider = createSimulatedProvider(profileOf(), virtualWorld());
    expect((await provider.handle(asked())).status).toBe(404);
  });
});
