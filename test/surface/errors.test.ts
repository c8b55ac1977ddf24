/** Each wrong request gets the error that the OpenAI API would give: status, parameter and code, word for word where clients match on it. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/core/chat/problem.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";
import { PROBLEM_KINDS_AND_REPLIES } from "./problem-table.ts";

interface Refusal {
  status: number;
  error: { message: string; type: string; param: string | null; code: string | null };
}

function refuse(body: unknown): Refusal {
  try {
    openaiChat.decode(body, 1);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { status, body: text } = openaiChat.failure(error.problem);
    return { status, error: JSON.parse(text).error };
  }
  throw new Error("was accepted");
}

const USER = { role: "user", content: "hi" };
const chat = (fields: object) => ({ model: "auto", messages: [USER], ...fields });
const says = (...messages: unknown[]) => ({ model: "auto", messages });
const part = (value: unknown) => says({ role: "user", content: [value] });
const tool = (name: string) => ({ type: "function", function: { name } });

/** body, parameter, code, a piece of the message */
const ROWS: [unknown, string | null, string, string?][] = [
  [[], null, "invalid_type", "must be a JSON object"],
  ["x", null, "invalid_type"],
  [null, null, "invalid_type"],
  [{}, "model", "missing_required_parameter", "Missing required parameter: 'model'."],
  [{ model: "", messages: [USER] }, "model", "missing_required_parameter"],
  [{ model: null, messages: [USER] }, "model", "invalid_type", "expected a string, but got null instead"],
  [{ model: 5, messages: [USER] }, "model", "invalid_type", "expected a string, but got an integer instead"],
  [{ model: "auto" }, "messages", "missing_required_parameter"],
  [{ model: "auto", messages: [] }, "messages", "empty_array", "at least 1 item"],
  [
    { model: "auto", messages: "hi" },
    "messages",
    "invalid_type",
    "expected an array of objects, but got a string",
  ],
  [{ model: "auto", messages: { 0: USER } }, "messages", "invalid_type", "but got an object"],
  [says(...Array(4097).fill(USER)), "messages", "array_above_max_length", "at most 4096 items, but got 4097"],
  [says("hi"), "messages[0]", "invalid_type", "expected an object, but got a string"],
  [says([]), "messages[0]", "invalid_type", "expected an object, but got an array"],
  [says(null), "messages[0]", "invalid_type", "but got null"],
  [says(USER, { content: "x" }), "messages[1].role", "missing_required_parameter"],
  [
    says({ role: "robot", content: "x" }),
    "messages[0].role",
    "invalid_value",
    "'robot'. Supported values are: 'system'",
  ],
  [says({ role: 1, content: "x" }), "messages[0].role", "invalid_type", "expected a string"],
  [says({ role: "user" }), "messages[0].content", "missing_required_parameter"],
  [
    says({ role: "user", content: 5 }),
    "messages[0].content",
    "invalid_type",
    "Invalid type for 'messages[0].content': expected a string or an array of objects, but got an integer instead.",
  ],
  [says({ role: "user", content: 1.5 }), "messages[0].content", "invalid_type", "but got a decimal"],
  [says({ role: "user", content: true }), "messages[0].content", "invalid_type", "but got a boolean"],
  [
    says({ role: "user", content: { text: "x" } }),
    "messages[0].content",
    "invalid_type",
    "but got an object",
  ],
  [part("x"), "messages[0].content[0]", "invalid_type", "expected an object, but got a string"],
  [part({ text: "x" }), "messages[0].content[0].type", "missing_required_parameter"],
  [part({ type: "video", text: "x" }), "messages[0].content[0].type", "invalid_value", "'video'"],
  [part({ type: "constructor" }), "messages[0].content[0].type", "invalid_value"],
  [part({ type: "text" }), "messages[0].content[0].text", "missing_required_parameter"],
  [part({ type: "text", text: 1 }), "messages[0].content[0].text", "invalid_type"],
  [part({ type: "image_url" }), "messages[0].content[0].image_url", "missing_required_parameter"],
  [part({ type: "image_url", image_url: 4 }), "messages[0].content[0].image_url", "invalid_type"],
  [
    part({ type: "image_url", image_url: {} }),
    "messages[0].content[0].image_url.url",
    "missing_required_parameter",
  ],
  [
    part({ type: "input_audio", input_audio: { data: "" } }),
    "messages[0].content[0].input_audio.format",
    "missing_required_parameter",
  ],
  [says({ role: "assistant", tool_calls: {} }), "messages[0].tool_calls", "invalid_type"],
  [
    says({ role: "assistant", tool_calls: [{ id: "a" }] }),
    "messages[0].tool_calls[0].function",
    "missing_required_parameter",
  ],
  [
    says({ role: "assistant", tool_calls: [{ function: { name: "f", arguments: 5 } }] }),
    "messages[0].tool_calls[0].function.arguments",
    "invalid_type",
  ],
  [says({ role: "tool", content: "x" }), "messages[0].tool_call_id", "missing_required_parameter"],
  [says({ role: "function", name: "f", content: "x" }), "messages[0].role", "invalid_value"],
  [chat({ n: 2 }), "n", "integer_above_max_value", "Expected a value <= 1, but got 2 instead"],
  [chat({ n: 0 }), "n", "integer_below_min_value"],
  [chat({ n: "1" }), "n", "invalid_type", "expected an integer, but got a string"],
  [chat({ n: 1.5 }), "n", "invalid_type", "expected an integer, but got a decimal"],
  [
    chat({ temperature: 2.1 }),
    "temperature",
    "decimal_above_max_value",
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.1 instead.",
  ],
  [chat({ temperature: -1 }), "temperature", "decimal_below_min_value", ">= 0, but got -1"],
  [chat({ temperature: "0.5" }), "temperature", "invalid_type", "expected a decimal"],
  [chat({ temperature: JSON.parse("1e400") }), "temperature", "decimal_above_max_value"],
  [chat({ top_p: 1.01 }), "top_p", "decimal_above_max_value"],
  [chat({ frequency_penalty: -2.5 }), "frequency_penalty", "decimal_below_min_value"],
  [chat({ presence_penalty: 3 }), "presence_penalty", "decimal_above_max_value"],
  [chat({ max_tokens: 0 }), "max_tokens", "integer_below_min_value"],
  [chat({ max_tokens: 10.5 }), "max_tokens", "invalid_type"],
  [chat({ max_completion_tokens: -1 }), "max_completion_tokens", "integer_below_min_value"],
  [chat({ top_logprobs: 21 }), "top_logprobs", "integer_above_max_value"],
  [chat({ seed: JSON.parse("1e400") }), "seed", "invalid_type"],
  [chat({ stop: ["a", "b", "c", "d", "e"] }), "stop", "array_above_max_length", "at most 4 items, but got 5"],
  [chat({ stop: 5 }), "stop", "invalid_type", "expected a string or an array of strings"],
  [chat({ stop: ["a", 5] }), "stop[1]", "invalid_type", "expected a string"],
  [chat({ logit_bias: { "5": 101 } }), "logit_bias.5", "decimal_above_max_value"],
  [chat({ stream: "true" }), "stream", "invalid_type", "expected a boolean"],
  [chat({ stream_options: true }), "stream_options", "invalid_type"],
  [chat({ tools: {} }), "tools", "invalid_type"],
  [chat({ tools: Array(513).fill(tool("f")) }), "tools", "array_above_max_length", "at most 512"],
  [chat({ tools: ["f"] }), "tools[0]", "invalid_type"],
  [chat({ tools: [{ type: "function" }] }), "tools[0].function", "missing_required_parameter"],
  [
    chat({ tools: [{ type: "function", function: {} }] }),
    "tools[0].function.name",
    "missing_required_parameter",
  ],
  [
    chat({ tools: [{ type: "function", function: { name: "f", parameters: [] } }] }),
    "tools[0].function.parameters",
    "invalid_type",
  ],
  [chat({ tools: [tool("f")], tool_choice: "maybe" }), "tool_choice", "invalid_value"],
  [chat({ tools: [tool("f")], tool_choice: 1 }), "tool_choice", "invalid_type", "a string or an object"],
  [
    chat({ tools: [tool("f")], tool_choice: { type: "function", function: { name: "g" } } }),
    "tool_choice",
    "invalid_value",
    "'g'",
  ],
  [
    chat({ tools: [{ type: "web_search" }], tool_choice: { type: "web_search" } }),
    "tool_choice",
    "invalid_value",
  ],
  [chat({ tool_choice: "required" }), "tool_choice", "invalid_value"],
  [chat({ functions: [{ name: "f" }], function_call: { name: "g" } }), "function_call", "invalid_value"],
  [chat({ response_format: "json" }), "response_format", "invalid_type"],
  [chat({ response_format: { type: "xml" } }), "response_format.type", "invalid_value", "'json_schema'"],
  [
    chat({ response_format: { type: "json_schema" } }),
    "response_format.json_schema",
    "missing_required_parameter",
  ],
  [
    chat({ response_format: { type: "json_schema", json_schema: {} } }),
    "response_format.json_schema.name",
    "missing_required_parameter",
  ],
  [chat({ metadata: { a: 1 } }), "metadata.a", "invalid_type"],
];

describe("a wrong request", () => {
  test.each(ROWS.map((row, index) => [index, JSON.stringify(row[0])?.slice(0, 90), row] as const))(
    "%i %s",
    (_index, _shown, [body, param, code, piece]) => {
      const { status, error } = refuse(body);
      expect({ status, type: error.type, param: error.param, code: error.code }).toEqual({
        status: 400,
        type: "invalid_request_error",
        param,
        code,
      });
      if (piece !== undefined) expect(error.message).toContain(piece);
      if (param !== null) expect(error.message).toContain(param);
    },
  );
  test("a client's value is repeated only in part", () => {
    expect(refuse(says({ role: "x".repeat(10_000), content: "" })).error.message.length).toBeLessThan(250);
  });
  test("a list that is too long is refused before it is read", () => {
    let reads = 0;
    const watched = {
      get role() {
        reads++;
        return "user";
      },
      content: "x",
    };
    refuse({ model: "auto", messages: Array(4097).fill(watched) });
    expect(reads).toBe(0);
    openaiChat.decode({ model: "auto", messages: [watched] }, 1);
    expect(reads).toBeGreaterThan(0);
  });
});

describe("failure", () => {
  test.each(PROBLEM_KINDS_AND_REPLIES)("%s", (kind, status, type, param, code) => {
    const reply = openaiChat.failure({ kind, message: "told" });
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toEqual({ error: { message: "told", type, param, code } });
  });
  test("what the problem says goes before what its kind implies", () => {
    const reply = openaiChat.failure({
      kind: "unknown_model",
      message: "m",
      parameter: "models[0]",
      code: "x",
    });
    expect(JSON.parse(reply.body).error).toMatchObject({ param: "models[0]", code: "x" });
  });
});
