/** The official SDK as the judge: what the surface writes is read by it over a real socket, and what it sends is decoded. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import { LengthFinishReasonError } from "openai/error";
import { makeParseableResponseFormat } from "openai/lib/parser";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ChatEvent } from "../../src/core/chat/event.ts";
import { type Problem, ProblemError } from "../../src/core/chat/problem.ts";
import type { ChatRequest } from "../../src/core/chat/request.ts";
import { encodeModel, encodeModelList, type ListedModel } from "../../src/core/surface/models.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";
import { foldAnswer } from "../support/answer.ts";

const START: ChatEvent = { type: "start", id: "chatcmpl-1", model: "groq/llama", created: 1_790_000_000 };
const USAGE: ChatEvent = { type: "usage", usage: { inputTokens: 10, outputTokens: 4 } };
const text = (value: string): ChatEvent => ({ type: "text-delta", text: value });
const finish = (reason: "stop" | "tool_calls" | "length"): ChatEvent => ({ type: "finish", reason });
const MODEL: ListedModel = {
  id: "groq/openai/gpt-oss-120b",
  ownedBy: "groq",
  created: 1_790_000_000,
  contextWindow: 131_072,
  maxOutputTokens: null,
  capabilities: { tools: true, vision: false, jsonSchema: true, reasoning: true },
  dataUse: "unknown",
  available: true,
  reason: null,
  until: null,
  providers: ["groq"],
};

/** What the fake router does with the next requests, in turn; `received` is what it understood of them. */
let turns: (ChatEvent[] | Problem)[] = [];
let breaksWith: Problem | null = null;
let received: ChatRequest[] = [];

let server: Server;
let client: OpenAI;

function answerChat(body: string): { status: number; type: string; body: string } {
  try {
    const request = openaiChat.decode(JSON.parse(body), body.length);
    received.push(request);
    const turn = turns.shift();
    if (turn === undefined) throw new Error("no turn left");
    if (!Array.isArray(turn)) throw new ProblemError(turn);
    if (!request.stream)
      return { status: 200, type: "application/json", body: openaiChat.whole(foldAnswer(turn), request) };
    const encoder = openaiChat.stream(request);
    let stream = encoder.heartbeat ?? "";
    for (const event of turn) stream += encoder.push([event]) + (encoder.heartbeat ?? "");
    stream += breaksWith === null ? encoder.end() : encoder.fail(breaksWith);
    return { status: 200, type: openaiChat.streamContentType, body: stream };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { type: "application/json", ...openaiChat.failure(error.problem) };
  }
}

beforeAll(async () => {
  server = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const piece of incoming) body += piece;
    const path = incoming.url ?? "";
    const reply = path.endsWith("/chat/completions")
      ? answerChat(body)
      : path.endsWith("/models")
        ? { status: 200, type: "application/json", body: encodeModelList([MODEL]) }
        : { status: 200, type: "application/json", body: encodeModel(MODEL) };
    outgoing.writeHead(reply.status, { "content-type": reply.type }).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  client = new OpenAI({
    baseURL: `http://127.0.0.1:${port}/v1`,
    apiKey: "freellmapi-made-up",
    maxRetries: 0,
  });
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  turns = [];
  received = [];
  breaksWith = null;
});

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "hi" }];
const CALL: ChatEvent[] = [
  START,
  { type: "tool-call-start", index: 0, id: "call_a", name: "weather" },
  { type: "tool-call-delta", index: 0, arguments: '{"city":' },
  { type: "tool-call-delta", index: 0, arguments: '"Bonn"}' },
  USAGE,
  finish("stop"),
];
const ANSWER = [START, text("It "), text("rains."), USAGE, finish("stop")];

test("create, whole and streamed", async () => {
  turns = [ANSWER, ANSWER];
  const completion = await client.chat.completions.create({ model: "auto", messages });
  expect(completion.choices[0]?.message.content).toBe("It rains.");
  expect(completion.usage?.total_tokens).toBe(14);
  let streamed = "";
  for await (const chunk of await client.chat.completions.create({ model: "auto", messages, stream: true })) {
    streamed += chunk.choices[0]?.delta.content ?? "";
    expect(chunk.usage).toBeUndefined();
  }
  expect(streamed).toBe("It rains.");
});

test("the stream helper folds text, usage and calls", async () => {
  turns = [ANSWER, CALL];
  const options = { stream_options: { include_usage: true } };
  const first = await client.chat.completions
    .stream({ model: "auto", messages, ...options })
    .finalChatCompletion();
  expect(first).toMatchObject({ id: "chatcmpl-1", model: "groq/llama", usage: { total_tokens: 14 } });
  expect(first.choices[0]?.message.content).toBe("It rains.");
  const second = await client.chat.completions
    .stream({ model: "auto", messages, ...options })
    .finalChatCompletion();
  expect(second.choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: { tool_calls: [{ id: "call_a", function: { name: "weather", arguments: '{"city":"Bonn"}' } }] },
  });
});

test("parse, whole and streamed", async () => {
  const format = makeParseableResponseFormat(
    {
      type: "json_schema",
      json_schema: {
        name: "weather",
        strict: true,
        schema: { type: "object", properties: { rain: { type: "boolean" } } },
      },
    },
    (content) => JSON.parse(content) as { rain: boolean },
  );
  const json = [START, text('{"rain":'), text("true}"), finish("stop")];
  turns = [json, json];
  const request = { model: "auto", messages, response_format: format };
  const whole = await client.chat.completions.parse(request);
  expect(whole.choices[0]?.message.parsed).toEqual({ rain: true });
  const streamed = await client.chat.completions.stream(request).finalChatCompletion();
  expect(streamed.choices[0]?.message.parsed).toEqual({ rain: true });
  expect(received[0]?.responseFormat).toMatchObject({ type: "json_schema", name: "weather", strict: true });
});

test.each([false, true])("the tool runner finishes its loop, streamed: %s", async (stream) => {
  turns = [CALL, ANSWER];
  const asked: unknown[] = [];
  const tools = [
    {
      type: "function" as const,
      function: {
        name: "weather",
        description: "weather of a city",
        parameters: { type: "object", properties: { city: { type: "string" } } },
        parse: (input: string) => JSON.parse(input) as { city: string },
        function: (input: { city: string }) => {
          asked.push(input);
          return "rain";
        },
      },
    },
  ];
  const completions = client.chat.completions;
  const runner = stream
    ? completions.runTools({ model: "auto", messages: [...messages], tools, stream: true })
    : completions.runTools({ model: "auto", messages: [...messages], tools });
  expect(await runner.finalContent()).toBe("It rains.");
  expect(asked).toEqual([{ city: "Bonn" }]);
  expect(received[0]?.tools).toMatchObject([{ name: "weather", description: "weather of a city" }]);
  expect(received[1]?.messages.slice(1)).toMatchObject([
    { role: "assistant", toolCalls: [{ id: "call_a", name: "weather", arguments: '{"city":"Bonn"}' }] },
    { role: "tool", toolCallId: "call_a", content: "rain" },
  ]);
});

test("a stream that breaks is an error, not an end", async () => {
  turns = [[START, text("It ")]];
  breaksWith = { kind: "stream_broken", message: "the answer broke off" };
  const seen: string[] = [];
  const read = async () => {
    for await (const chunk of await client.chat.completions.create({ model: "auto", messages, stream: true }))
      seen.push(chunk.choices[0]?.delta.content ?? "");
  };
  await expect(read()).rejects.toMatchObject({ code: "stream_broken", message: "the answer broke off" });
  expect(seen.join("")).toBe("It ");
  turns = [[START, text("It ")]];
  await expect(
    client.chat.completions.stream({ model: "auto", messages }).finalChatCompletion(),
  ).rejects.toBeInstanceOf(OpenAI.APIError);
});

test("an answer that was cut off is known as such", async () => {
  turns = [[START, text('{"ra'), finish("length")]];
  const format = makeParseableResponseFormat(
    { type: "json_schema", json_schema: { name: "w", schema: { type: "object" } } },
    (content) => JSON.parse(content) as object,
  );
  const parse = client.chat.completions.parse({ model: "auto", messages, response_format: format });
  await expect(parse).rejects.toBeInstanceOf(LengthFinishReasonError);
});

const PROBLEMS: [Problem["kind"], new (...fields: never[]) => Error, string | null][] = [
  ["invalid_request", OpenAI.BadRequestError, null],
  ["unauthorized", OpenAI.AuthenticationError, "invalid_api_key"],
  ["forbidden", OpenAI.PermissionDeniedError, "forbidden"],
  ["unknown_model", OpenAI.NotFoundError, "model_not_found"],
  ["rate_limited", OpenAI.RateLimitError, "rate_limit_exceeded"],
  ["context_too_long", OpenAI.APIError, "context_length_exceeded"],
  ["upstream_failed", OpenAI.InternalServerError, "upstream_failed"],
];
test.each(PROBLEMS)("%s becomes the SDK's own error class", async (kind, errorClass, code) => {
  turns = [{ kind, message: "told" }];
  const error = await client.chat.completions
    .create({ model: "auto", messages })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(errorClass);
  expect(error).toMatchObject({ code, message: expect.stringContaining("told") });
});

test("a wrong request names its field", async () => {
  await expect(client.chat.completions.create({ model: "auto", messages, n: 3 })).rejects.toMatchObject({
    status: 400,
    param: "n",
    type: "invalid_request_error",
  });
});

test("models", async () => {
  expect((await client.models.list()).data).toMatchObject([
    { id: MODEL.id, owned_by: "groq", object: "model" },
  ]);
  expect(await client.models.retrieve(MODEL.id)).toMatchObject({ id: MODEL.id, context_length: 131_072 });
});
