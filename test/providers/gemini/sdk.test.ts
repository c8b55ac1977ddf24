/** The official OpenAI SDK through the compiled program against a Gemini that is as strict as the real one. */
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cli } from "../../support/binary.ts";
import { HELLO, openStage, type Stage } from "../../support/stage.ts";
import { type GeminiUpstream, startGemini } from "./upstream.ts";

const KEY = `AQ.${"made-up-".repeat(5)}`;
/** Models with a generous allowance in each minute, of the third generation and of the second. */
const LITE = "gemini-3.5-flash-lite";
const OLDER = "gemini-2.5-flash";

let stage: Stage;
let gemini: GeminiUpstream;

beforeAll(async () => {
  gemini = await startGemini(KEY);
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
  const added = await cli(stage.home, ["keys", "add", "google", "--base-url", gemini.baseUrl], {
    stdin: `${KEY}\n`,
  });
  expect(added).toMatchObject({ code: 0 });
}, 120_000);
afterAll(async () => {
  await stage.close();
  await gemini.stop();
});
beforeEach(() => {
  gemini.calls.length = 0;
  gemini.signatures.length = 0;
});

const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    city: { $ref: "#/$defs/city" },
    units: { type: ["string", "null"], enum: ["metric", "imperial", null], default: "metric" },
    days: { type: "integer", exclusiveMinimum: 0, multipleOf: 1, enum: [1, 3, 7] },
    when: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
    options: { type: "object", properties: {}, additionalProperties: { type: "string" } },
    tags: { type: "array", uniqueItems: true },
  },
  required: ["city", "gone"],
  additionalProperties: false,
  $defs: { city: { type: "string", minLength: 1, pattern: "^(?!x)", "x-hint": "a city" } },
};

function weatherTool(asked: string[]) {
  return {
    type: "function" as const,
    function: {
      name: "get_weather",
      description: "The weather of a city",
      parameters: schema,
      parse: (text: string): { city: string } => JSON.parse(text),
      function: ({ city }: { city: string }) => {
        asked.push(city);
        return `18 degrees in ${city}`;
      },
    },
  };
}

describe("an answer", () => {
  it("comes whole, with thoughts and all tokens counted", async () => {
    const answer = await stage.client.chat.completions.create({ model: LITE, messages: HELLO });
    expect(answer.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: "All is well.", reasoning_content: "Let me see." },
    });
    expect(answer.usage).toMatchObject({
      ...{ prompt_tokens: 11, completion_tokens: 12, total_tokens: 23 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
    expect(gemini.calls[0]?.headers).not.toHaveProperty("authorization");
  });

  it("comes streamed", async () => {
    const final = await stage.client.chat.completions
      .stream({
        model: LITE,
        messages: [{ role: "system", content: "Be brief." }, ...HELLO],
        reasoning_effort: "low",
        max_completion_tokens: 100,
        stream_options: { include_usage: true },
      })
      .finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe("All is well.");
    expect(final.usage).toMatchObject({ total_tokens: 23 });
    expect(gemini.calls[0]).toMatchObject({
      method: "streamGenerateContent",
      body: {
        systemInstruction: { parts: [{ text: "Be brief." }] },
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { thinkingLevel: "low" } },
      },
    });
  });

  it("that was blocked is told as such", async () => {
    const messages = [{ role: "user" as const, content: "Something forbidden" }];
    for (const stream of [false, true]) {
      const asked = stage.client.chat.completions.create({ model: LITE, messages, stream });
      await expect(asked).rejects.toMatchObject({ code: "content_filter", status: 400 });
    }
  });
});

it("a key that Google refuses with a 400 is known to be bad, and a good one to be good", async () => {
  const args = ["keys", "add", "google", "--base-url", gemini.baseUrl, "--test"];
  const added = await cli(stage.home, args, { stdin: `AQ.${"wrong-key-".repeat(4)}\n` });
  expect(added).toMatchObject({ code: 1, stderr: expect.stringContaining("refuses this key (HTTP 400") });
  const tested = await cli(stage.home, ["keys", "test", "google-1", "--json"]);
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining('"valid"') });
});

describe("tools", () => {
  it.each([
    [LITE, true],
    [LITE, false],
    [OLDER, true],
  ])("make the round trip with %s, streamed: %s", async (model, stream) => {
    const asked: string[] = [];
    const parameters = {
      model,
      messages: [{ role: "user" as const, content: "How is the weather?" }],
      tools: [weatherTool(asked)],
    };
    const { completions } = stage.client.chat;
    const runner = stream
      ? completions.runTools({ ...parameters, stream })
      : completions.runTools(parameters);
    const final = await runner.finalContent();
    expect(final).toContain("18 degrees in Paris");
    expect(final).toContain("18 degrees in Rome");
    expect(asked).toEqual(["Paris", "Rome"]);
    expect(gemini.calls.map(({ faults }) => faults)).toEqual([[], []]);
    // What was handed out came back, not a stand-in for it.
    const turn = gemini.calls[1]?.body.contents.find(({ role }) => role === "model");
    expect(turn?.parts.map((part) => part.thoughtSignature)).toEqual([gemini.signatures[0], undefined]);
  });

  it("that another model called are taken over", async () => {
    const answer = await stage.client.chat.completions.create({
      model: LITE,
      messages: [
        ...HELLO,
        {
          role: "assistant",
          tool_calls: [
            {
              id: "call_elsewhere",
              type: "function",
              function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
            },
          ],
        },
        { role: "tool", tool_call_id: "call_elsewhere", content: "snow" },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain("snow");
  });

  it("go together with a JSON schema, also where Gemini takes only one of them", async () => {
    const response_format = {
      type: "json_schema" as const,
      json_schema: { name: "weather", strict: true, schema },
    };
    for (const model of [LITE, OLDER]) {
      await stage.client.chat.completions.create({
        model,
        messages: HELLO,
        tools: [weatherTool([])],
        response_format,
      });
      await stage.client.chat.completions.create({ model, messages: HELLO, response_format });
    }
    const types = gemini.calls.map(({ body }) => body.generationConfig?.responseMimeType);
    expect(types).toEqual(["application/json", "application/json", undefined, "application/json"]);
  });
});

describe("an image", () => {
  const show = (url: string) =>
    stage.client.chat.completions.create({
      model: LITE,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "image_url", image_url: { url } },
          ],
        },
      ],
    });

  it("goes along as bytes", async () => {
    const answer = await show("data:image/png;base64,iVBORw0KGgo=");
    expect(answer.choices[0]?.message.content).toBe("image/png");
  });

  it.each([
    "http://127.0.0.1:1/secret.png",
    "https://[::1]/secret.png",
    "http://localhost/secret.png",
    "http://10.0.0.1/secret.png",
    "http://169.254.169.254/latest/meta-data",
    "http://2130706433/secret.png",
  ])("at %s is refused by name, and Gemini is not asked", async (url) => {
    const error = await show(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ param: "messages[0].content[1]", message: expect.stringContaining(url) });
    expect(gemini.calls).toEqual([]);
  });
});
