/** What goes out to Gemini. */
import { describe, expect, test } from "vitest";
import type { ChatRequest, Message, Tool } from "../../../src/core/chat/request.ts";
import { geminiDialect } from "../../../src/providers/dialect/gemini/index.ts";
import { chatRequest } from "../support.ts";
import { bodyFaults } from "./rules.ts";
import { FLASH_2, FLASH_3, geminiTarget, sent } from "./support.ts";

const STAND_IN = "skip_thought_signature_validator";
const weather: Tool = {
  name: "weather",
  description: "Weather of a place",
  parameters: { type: "object", properties: { place: { type: "string" } }, additionalProperties: false },
};
const clock: Tool = { name: "clock", parameters: { type: "object", properties: {} } };
const hello: Message = { role: "user", content: "Hello" };
const call = (id: string, name = "weather", given = '{"place":"here"}') => ({ id, name, arguments: given });

/** The body as sent, after the rules of the real API found nothing wrong with it. */
function taken(request: Partial<ChatRequest>, modelId = FLASH_3, signatures: string[] = []) {
  const body = sent(request, modelId);
  expect(bodyFaults(modelId, body, new Set(signatures))).toEqual([]);
  return body;
}

describe("the address", () => {
  test("names model and method, and asks for events", () => {
    const target = geminiTarget(FLASH_3, { baseUrl: "http://127.0.0.1:1/v1beta//" });
    const streamed = geminiDialect.encode(chatRequest(), target);
    expect(streamed.url).toBe(`http://127.0.0.1:1/v1beta/models/${FLASH_3}:streamGenerateContent?alt=sse`);
    expect(streamed).toMatchObject({ stream: true, headers: { accept: "text/event-stream" } });
    const whole = geminiDialect.encode(chatRequest({ stream: false }), target);
    expect(whole.url).toBe(`http://127.0.0.1:1/v1beta/models/${FLASH_3}:generateContent`);
    expect(whole).toMatchObject({ stream: false, headers: { accept: "application/json" } });
    expect(JSON.stringify(whole.headers)).not.toMatch(/authorization|key/i);
  });

  test("takes ids that name their collection, and nothing that could leave the path", () => {
    const url = (id: string) => geminiDialect.encode(chatRequest(), geminiTarget(id)).url;
    expect(url("tunedModels/mine")).toContain("/v1beta/tunedModels/mine:stream");
    expect(url("a?b#c")).toContain("/models/a%3Fb%23c:stream");
  });
});

describe("the history", () => {
  test("has two roles, the system's words apart", () => {
    const body = taken({
      messages: [
        { role: "system", content: "Be brief." },
        hello,
        { role: "assistant", content: "Hi", toolCalls: [] },
        { role: "developer", content: [{ type: "text", text: "Be kind." }] },
        {
          role: "user",
          content: [
            { type: "text", text: "And" },
            { type: "text", text: "?" },
          ],
        },
        { role: "user", content: "Well?" },
      ],
    });
    expect(body.systemInstruction).toEqual({ parts: [{ text: "Be brief.\n\nBe kind." }] });
    expect(body.contents).toEqual([
      { role: "user", parts: [{ text: "Hello" }] },
      { role: "model", parts: [{ text: "Hi" }] },
      { role: "user", parts: [{ text: "And" }, { text: "?" }, { text: "Well?" }] },
    ]);
  });

  test("has the system's words in the first turn where there is no instruction", () => {
    const messages: Message[] = [{ role: "system", content: "Be brief." }, hello];
    const body = taken({ messages }, "gemma-3-27b-it");
    expect(body).not.toHaveProperty("systemInstruction");
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "Be brief." }, { text: "Hello" }] }]);
  });

  test.each<[string, Message[]]>([
    ["an empty message", [{ role: "user", content: "" }]],
    ["empty parts", [{ role: "user", content: [{ type: "text", text: "" }] }]],
    ["a system alone", [{ role: "system", content: "Be brief." }]],
    ["an empty answer", [hello, { role: "assistant", content: "", toolCalls: [] }, hello]],
    ["an answer first", [{ role: "assistant", content: "Hi", toolCalls: [] }, hello]],
    [
      "a call first",
      [
        { role: "assistant", content: "", toolCalls: [call("c1")] },
        { role: "tool", toolCallId: "c1", content: "" },
      ],
    ],
    ["a call without a result", [hello, { role: "assistant", content: "", toolCalls: [call("c1")] }, hello]],
    [
      "one result of two",
      [
        hello,
        { role: "assistant", content: "", toolCalls: [call("c1"), call("c2")] },
        { role: "tool", toolCallId: "c2", content: "x" },
      ],
    ],
    ["a result without a call", [hello, { role: "tool", toolCallId: "gone", content: "rain" }]],
    ["a refusal", [hello, { role: "assistant", content: "", refusal: "No.", toolCalls: [] }, hello]],
    [
      "arguments that are no object",
      [
        hello,
        {
          role: "assistant",
          content: "",
          toolCalls: [call("c1", "weather", "[1]"), call("c2", "weather", "{"), call("c3", "weather", "")],
        },
      ],
    ],
  ])("with %s is still one that Gemini takes", (_, messages) => {
    for (const model of [FLASH_3, FLASH_2, "gemma-3-27b-it"]) {
      const body = taken({ messages }, model);
      expect(body.contents[0]?.role).toBe("user");
    }
  });

  test("answers all calls of a turn in one turn, in their order, before anything else is said", () => {
    const body = taken({
      messages: [
        hello,
        {
          role: "assistant",
          content: "I look.",
          reasoning: "hm",
          toolCalls: [call("c1"), call("c2", "clock", "")],
        },
        { role: "tool", toolCallId: "c2", content: '{"hour": 7}' },
        { role: "user", content: "Quick!" },
        {
          role: "tool",
          toolCallId: "c1",
          content: [
            { type: "text", text: "rain" },
            { type: "image", url: "data:image/png;base64,AAAA" },
          ],
        },
      ],
    });
    expect(body.contents.slice(1)).toEqual([
      {
        role: "model",
        parts: [
          { text: "I look." },
          {
            functionCall: { id: "c1", name: "weather", args: { place: "here" } },
            thoughtSignature: STAND_IN,
          },
          { functionCall: { id: "c2", name: "clock", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "c1", name: "weather", response: { output: "rain" } } },
          { functionResponse: { id: "c2", name: "clock", response: { hour: 7 } } },
        ],
      },
      {
        role: "user",
        parts: [
          { text: "Shown by weather:" },
          { inlineData: { mimeType: "image/png", data: "AAAA" } },
          { text: "Quick!" },
        ],
      },
    ]);
  });

  test("has stand-ins for signatures only where they are demanded, and on first calls alone", () => {
    const messages: Message[] = [
      hello,
      { role: "assistant", content: "", toolCalls: [call("c1"), call("c2")] },
      { role: "tool", toolCallId: "c1", content: "a" },
      { role: "tool", toolCallId: "c2", content: "b" },
      { role: "assistant", content: "", toolCalls: [call("c3")] },
      { role: "tool", toolCallId: "c3", content: "c" },
    ];
    const signatures = (model: string) =>
      taken({ messages }, model)
        .contents.flatMap(({ parts }) => parts)
        .filter((part) => part.functionCall)
        .map((part) => part.thoughtSignature);
    expect(signatures(FLASH_3)).toEqual([STAND_IN, undefined, STAND_IN]);
    expect(signatures("gemini-flash-latest")).toEqual([STAND_IN, undefined, STAND_IN]);
    expect(signatures(FLASH_2)).toEqual([undefined, undefined, undefined]);
    expect(signatures("gemma-4-31b-it")).toEqual([undefined, undefined, undefined]);
  });

  test("has images, sounds and files as bytes", () => {
    const { contents } = taken({
      messages: [
        {
          role: "user",
          content: [
            { type: "image", url: "data:image/jpg;base64,AAAA", detail: "low" },
            { type: "image", url: "data:image/svg+xml,%3Csvg/%3E" },
            { type: "audio", data: "BBBB", format: "mp3" },
            { type: "file", data: "data:application/pdf;base64,CCCC", name: "a.pdf" },
            { type: "file", data: "DDDD", name: "a.csv" },
            { type: "file", fileId: "file-1" },
          ],
        },
      ],
    });
    expect(contents[0]?.parts).toEqual([
      { inlineData: { mimeType: "image/jpeg", data: "AAAA" } },
      { inlineData: { mimeType: "image/svg+xml", data: btoa("<svg/>") } },
      { inlineData: { mimeType: "audio/mp3", data: "BBBB" } },
      { inlineData: { mimeType: "application/pdf", data: "CCCC" } },
      { inlineData: { mimeType: "text/csv", data: "DDDD" } },
      { text: "[file: file-1]" },
    ]);
  });
});

describe("tools", () => {
  test("are declared with reduced schemas, and without parameters where there are none", () => {
    const body = taken({ tools: [weather, clock, { name: "0-odd name", description: "" }] });
    expect(body.tools).toEqual([
      {
        functionDeclarations: [
          {
            name: "weather",
            description: "Weather of a place",
            parameters: { type: "OBJECT", properties: { place: { type: "STRING" } } },
          },
          { name: "clock" },
          { name: "_0-odd_name" },
        ],
      },
    ]);
    expect(taken({})).not.toHaveProperty("tools");
  });

  test.each<[ChatRequest["toolChoice"], unknown]>([
    [undefined, undefined],
    ["auto", undefined],
    ["none", { functionCallingConfig: { mode: "NONE" } }],
    ["required", { functionCallingConfig: { mode: "ANY" } }],
    [{ name: "clock" }, { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["clock"] } }],
  ])("are chosen as %j says", (toolChoice, expected) => {
    const choice = toolChoice === undefined ? {} : { toolChoice };
    expect(taken({ tools: [weather, clock], ...choice }).toolConfig).toEqual(expected);
    expect(taken(choice)).not.toHaveProperty("toolConfig");
  });
});

describe("the configuration", () => {
  const capable = { tools: true, vision: true, jsonSchema: true, reasoning: false };

  test("has what Gemini knows of the knobs, and no more", () => {
    const sampling: ChatRequest["sampling"] = {
      ...{ temperature: 0.5, topP: 0.9, topK: 40, minP: 0.1, frequencyPenalty: 1, presencePenalty: 1 },
      ...{ seed: 2 ** 40 + 7, stop: ["a", "", "b", "c", "d", "e", "f"], logitBias: { 5: 1 }, logprobs: true },
      ...{ user: "somebody", store: false, verbosity: "low", metadata: { a: "b" }, repetitionPenalty: 1.1 },
    };
    const request = { sampling, maxOutputTokens: 100_000 };
    const body = sent(request, FLASH_3, { maxOutputTokens: 65_536, capabilities: capable });
    expect(bodyFaults(FLASH_3, body, new Set())).toEqual([]);
    expect(body.generationConfig).toEqual({
      ...{ temperature: 0.5, topP: 0.9, topK: 40, seed: 7, maxOutputTokens: 65_536 },
      stopSequences: ["a", "b", "c", "d", "e"],
    });
    expect(sent({}, FLASH_3, { capabilities: capable })).not.toHaveProperty("generationConfig");
  });

  test.each([
    ["topK", "topK"],
    ["generation_config.top_k", "topK"],
    ["max_tokens", "maxOutputTokens"],
    ["stop", "stopSequences"],
    ["reasoning_effort", "thinkingConfig"],
    ["response_format", "responseSchema"],
  ])("leaves out %s once it was refused", (parameter, field) => {
    const request: Partial<ChatRequest> = {
      sampling: { topK: 4, stop: ["x"], reasoningEffort: "low" },
      maxOutputTokens: 9,
      responseFormat: { type: "json_schema", name: "a", schema: { type: "string" } },
    };
    expect(sent(request).generationConfig).toHaveProperty(field);
    const refusedParameters = new Set([parameter]);
    expect(sent(request, FLASH_3, { refusedParameters }).generationConfig).not.toHaveProperty(field);
  });

  test.each<[string, string | undefined, unknown]>([
    ["gemini-3.5-flash", undefined, { includeThoughts: true }],
    ["gemini-3.5-flash", "none", { thinkingLevel: "minimal" }],
    ["gemini-3.5-flash", "medium", { includeThoughts: true, thinkingLevel: "medium" }],
    ["gemini-3.7-flash", "minimal", { includeThoughts: true, thinkingLevel: "low" }],
    ["gemini-3.8-flash", "none", { thinkingLevel: "low" }],
    ["gemini-3.8-flash", "xhigh", { includeThoughts: true, thinkingLevel: "high" }],
    ["gemini-3-pro-preview", "medium", { includeThoughts: true, thinkingLevel: "high" }],
    ["gemini-3.1-pro-preview", "medium", { includeThoughts: true, thinkingLevel: "medium" }],
    ["gemini-3.1-flash-lite", "minimal", { includeThoughts: true, thinkingLevel: "minimal" }],
    ["gemini-2.5-flash", "none", { thinkingBudget: 0 }],
    ["gemini-2.5-flash", "high", { includeThoughts: true, thinkingBudget: 24_576 }],
    ["gemini-2.5-flash-lite", "low", { includeThoughts: true, thinkingBudget: 1_024 }],
    ["gemini-2.5-pro", "none", { thinkingBudget: 128 }],
    ["gemini-2.5-pro", "a lot", { includeThoughts: true }],
    ["gemini-2.0-flash", "high", undefined],
    ["gemma-4-31b-it", undefined, undefined],
    ["gemma-4-31b-it", "low", { thinkingLevel: "minimal" }],
    ["gemma-4-31b-it", "medium", { thinkingLevel: "high" }],
    ["gemma-3-27b-it", "high", undefined],
  ])("asks %s to think %s", (model, effort, expected) => {
    const sampling = effort === undefined ? {} : { reasoningEffort: effort };
    expect(sent({ sampling }, model).generationConfig?.thinkingConfig).toEqual(expected);
    const dull = sent({ sampling }, model, { capabilities: capable });
    expect(dull.generationConfig?.thinkingConfig).toBeUndefined();
  });
});

describe("JSON", () => {
  const responseFormat = {
    type: "json_schema",
    name: "person",
    schema: { type: "object", properties: { name: { type: "string" } }, additionalProperties: false },
  } as const;
  const native = {
    responseMimeType: "application/json",
    responseSchema: { type: "OBJECT", properties: { name: { type: "STRING" } } },
  };

  test("is asked for by schema, beside tools only from Gemini 3 on", () => {
    expect(taken({ responseFormat }).generationConfig).toMatchObject(native);
    expect(taken({ responseFormat }, FLASH_2).generationConfig).toMatchObject(native);
    expect(taken({ responseFormat, tools: [weather] }).generationConfig).toMatchObject(native);
    const old = taken({ responseFormat, tools: [weather] }, FLASH_2);
    expect(old.generationConfig).not.toHaveProperty("responseMimeType");
    expect(old.systemInstruction?.parts[0]?.text).toContain('"additionalProperties":false');
  });

  test("of any shape", () => {
    const { generationConfig } = taken({ responseFormat: { type: "json_object" } });
    expect(generationConfig).toMatchObject({ responseMimeType: "application/json" });
    expect(generationConfig).not.toHaveProperty("responseSchema");
    expect(taken({ responseFormat: { type: "text" } }).generationConfig).not.toHaveProperty(
      "responseMimeType",
    );
  });

  test("is asked for in words where the model has no such mode", () => {
    const capabilities = { tools: false, vision: true, jsonSchema: false, reasoning: false };
    const body = sent({ responseFormat: { type: "json_object" } }, "gemma-3-27b-it", { capabilities });
    expect(body).not.toHaveProperty("generationConfig");
    expect(body.contents[0]?.parts).toEqual([{ text: expect.stringContaining("JSON") }, { text: "Hello" }]);
  });
});
