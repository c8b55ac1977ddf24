/** The official SDK against the compiled program: everything that goes well. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { answer, USAGE } from "../support/steps.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe("chat", () => {
  it("answers whole, says who served it and counts the tokens", async () => {
    const [endpoint] = await stage.endpoints("plain", [answer({ content: "All is well." })]);
    const { data, response, request_id } = await stage.client.chat.completions
      .create({ model: "plain", messages: HELLO })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe("All is well.");
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.object).toBe("chat.completion");
    expect(data.model).toContain("plain");
    expect(data.usage).toMatchObject(USAGE);
    expect(request_id).toBeTruthy();
    expect(response.headers.get("x-routed-via")).toContain("plain");
    expect(response.headers.get("x-fallback-trail")).toBeNull();
    expect(endpoint?.upstream.calls).toHaveLength(1);
    expect(endpoint?.upstream.calls[0]?.key).toBe(endpoint?.key);
  });

  it("streams word by word as the words come", async () => {
    await stage.endpoints("words", [answer({ content: "one two three four five", tokenMs: 60 })]);
    const stream = await stage.client.chat.completions.create({
      model: "words",
      messages: HELLO,
      stream: true,
    });
    const seen: { text: string; at: number }[] = [];
    let last: string | null | undefined;
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta.content;
      if (text) seen.push({ text, at: Date.now() });
      last = chunk.choices[0]?.finish_reason ?? last;
      expect(chunk.usage ?? null).toBeNull();
    }
    expect(seen.map(({ text }) => text).join("")).toBe("one two three four five");
    expect(last).toBe("stop");
    // Five words, 60 ms apart: a proxy that collects them would deliver all at one moment.
    expect((seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThan(120);
  });

  it("gives usage in a stream when asked, and has the helper's strict reader content", async () => {
    await stage.endpoints("counted", [answer({ content: "one two" })]);
    const final = await stage.client.chat.completions
      .stream({ model: "counted", messages: HELLO, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe("one two");
    expect(final.usage).toMatchObject(USAGE);
  });

  it("passes on what the client sent", async () => {
    const [endpoint] = await stage.endpoints("passed", [answer()]);
    await stage.client.chat.completions.create({
      model: "passed",
      messages: [
        { role: "developer", content: "Be brief" },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
          ],
        },
      ],
      temperature: 0.25,
      max_completion_tokens: 64,
      stop: ["END"],
    });
    const body = endpoint?.upstream.calls[0]?.body;
    expect(body?.temperature).toBe(0.25);
    expect(body?.max_completion_tokens ?? body?.max_tokens).toBe(64);
    expect(JSON.stringify(body)).toContain("data:image/png;base64,iVBORw0KGgo=");
    expect(JSON.stringify(body)).toContain("Be brief");
  });
});

describe("tools", () => {
  for (const stream of [false, true]) {
    it(`make the round trip, ${stream ? "streamed" : "whole"}`, async () => {
      const model = `tools-${stream}`;
      const call = { name: "get_weather", arguments: '{"city":"Paris"}', id: "call_abc" };
      const [endpoint] = await stage.endpoints(model, [null]);
      endpoint?.upstream.script(answer({ tools: [call] }), answer({ content: "18 degrees in Paris" }));
      const asked: string[] = [];
      const parameters = {
        model,
        messages: [{ role: "user" as const, content: "How is the weather in Paris?" }],
        tools: [
          {
            type: "function" as const,
            function: {
              name: "get_weather",
              description: "The weather of a city",
              parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
              parse: (text: string): { city: string } => JSON.parse(text),
              function: ({ city }: { city: string }) => {
                asked.push(city);
                return "18 degrees";
              },
            },
          },
        ],
      };
      const { completions } = stage.client.chat;
      const runner = stream
        ? completions.runTools({ ...parameters, stream })
        : completions.runTools(parameters);
      expect(await runner.finalContent()).toBe("18 degrees in Paris");
      expect(asked).toEqual(["Paris"]);
      const second = endpoint?.upstream.calls[1]?.body?.messages;
      expect(second?.at(-2)).toMatchObject({
        role: "assistant",
        tool_calls: [{ id: "call_abc", type: "function", function: { name: "get_weather" } }],
      });
      expect(second?.at(-1)).toMatchObject({ role: "tool", tool_call_id: "call_abc", content: "18 degrees" });
    });
  }
});

it("structured output is parsed", async () => {
  const [endpoint] = await stage.endpoints("structured", [answer({ content: '{"name":"Ada","age":36}' })]);
  const schema = {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" } },
    required: ["name", "age"],
    additionalProperties: false,
  };
  const completion = await stage.client.chat.completions.parse({
    model: "structured",
    messages: HELLO,
    response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema } },
  });
  expect(JSON.parse(completion.choices[0]?.message.content ?? "")).toEqual({ name: "Ada", age: 36 });
  expect(endpoint?.upstream.calls[0]?.body?.response_format).toMatchObject({
    type: "json_schema",
    json_schema: { name: "person", schema },
  });
});

describe("models", () => {
  it("are listed and found one by one", async () => {
    await stage.endpoints("listed", [null]);
    const listed = (await stage.client.models.list()).data;
    const found = listed.find(({ id }) => id.endsWith("listed"));
    expect(found).toMatchObject({ object: "model" });
    expect(await stage.client.models.retrieve(found?.id ?? "")).toMatchObject({
      id: found?.id,
      object: "model",
    });
  });

  it("are served by provider and model, by model alone and by auto", async () => {
    const [endpoint] = await stage.endpoints("pinned", [answer({ content: "pinned" })]);
    const listed = (await stage.client.models.list()).data.find(({ id }) => id.endsWith("/pinned"));
    for (const model of [listed?.id ?? "", "pinned"]) {
      const { choices } = await stage.client.chat.completions.create({ model, messages: HELLO });
      expect(choices[0]?.message.content).toBe("pinned");
    }
    expect(endpoint?.upstream.calls).toHaveLength(2);
    const auto = await stage.client.chat.completions.create({ model: "auto", messages: HELLO });
    expect(auto.choices[0]?.message.content).toBeTruthy();
  });
});
