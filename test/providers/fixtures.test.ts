/** Recorded-looking streams of each provider, replayed at every split point: the same events however they are cut. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/core/chat/answer.ts";
import { foldAnswer } from "../support/answer.ts";
import { NOW, providerNamed, replay } from "./support.ts";

interface Expected {
  text?: string;
  reasoning?: string;
  refusal?: string;
  toolCalls?: readonly object[];
  finish?: Answer["finish"];
  usage?: object;
  failure?: object;
}

const USAGE = { inputTokens: 21, outputTokens: 9 };
const broken = { kind: "broken_stream", rule: "generic/cut-stream" };
const empty = { kind: "bad_reply", rule: "generic/empty-completion" };
/** The id that a call without one of its own gets. */
const made = (index: number) => `call_${NOW.toString(36)}${index}`;
const call = (id: string, name: string, args: string) => ({ id, name, arguments: args });

const EXPECTED: Readonly<Record<string, Expected>> = {
  "groq/text": { text: "Grüße aus 東京 🎉", finish: "stop", usage: USAGE },
  "groq/usage-under-x-groq-only": { text: "Hi", finish: "stop", usage: USAGE },
  "groq/parallel-tools": {
    reasoning: "two calls",
    toolCalls: [
      call("a1b2c3d4e", "read_file", '{"path":"a.txt"}'),
      call("f5g6h7i8j", "read_file", '{"path":"b.txt"}'),
    ],
    finish: "tool_calls",
    usage: USAGE,
  },
  "groq/think-in-text": { reasoning: "First, count.", text: "Forty-two, not <think>.", finish: "stop" },
  "groq/error-in-x-groq": { failure: { kind: "bad_reply", message: "internal server error" } },
  "openrouter/reasoning": {
    reasoning: "Let me see.",
    text: "Yes.",
    finish: "stop",
    usage: { ...USAGE, cachedTokens: 16, reasoningTokens: 4 },
  },
  "openrouter/details-only": { reasoning: "Thinking.", text: "Done.", finish: "stop" },
  "openrouter/error-first": {
    failure: { kind: "capacity", rule: "openrouter/upstream-busy", scope: "model" },
  },
  "openrouter/error-in-the-middle": { text: "Once upon", failure: { kind: "broken_stream", status: 200 } },
  "openrouter/free-day-over": {
    failure: { kind: "quota_day", scope: "account", rule: "openrouter/free-day", until: 1_763_942_400_000 },
  },
  "mistral/thinking-parts": { reasoning: "Two and two.", text: "It is four.", finish: "stop", usage: USAGE },
  "mistral/tools-without-index": {
    toolCalls: [call("Ab3dEf6hI", "add", '{"a":1}'), call("Zy8xWv5uT", "add", '{"a":2}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "mistral/empty-name-continues": {
    toolCalls: [call("Ab3dEf6hI", "search", '{"q":"cats and dogs"}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "mistral/model-length": { text: "A long", finish: "length", usage: USAGE },
  "nvidia/reasoning-content": { reasoning: "Hm. Yes.", text: "Right.", finish: "stop", usage: USAGE },
  "nvidia/same-id-twice": {
    toolCalls: [call("call_1", "now", "{}"), call(made(1), "now", '{"zone":"UTC"}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "nvidia/malformed-event": { text: "one two", finish: "stop", usage: USAGE },
  "nvidia/problem-document": { failure: { kind: "rate_minute", scope: "account" } },
  "cerebras/usage-and-time-info": { reasoning: "Count them.", text: "Three.", finish: "stop", usage: USAGE },
  "cloudflare/think-inline": { reasoning: "Hm.", text: "Yes.", finish: "stop", usage: USAGE },
  "cloudflare/native-stream": { text: "Grüße.", finish: "stop", usage: USAGE },
  "cloudflare/envelope-in-place-of-stream": { text: "It is four.", finish: "stop", usage: USAGE },
  "cloudflare/envelope-with-error": { failure: { message: expect.stringContaining("Capacity") } },
  "zhipu/answer-in-the-thinking": {
    reasoning: "It is four.",
    text: "It is four.",
    finish: "stop",
    usage: USAGE,
  },
  "zhipu/arguments-encoded-twice": {
    toolCalls: [call("call_1", "edit", '{"path":"a.txt"}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "zhipu/sensitive-after-output": { text: "Once", finish: "content_filter", usage: USAGE },
  "zhipu/network-error": { text: "Once", failure: { kind: "broken_stream" } },
  "ollama/reasoning-field": { reasoning: "Let me see.", text: "Yes.", finish: "stop", usage: USAGE },
  "opencode/cost-chunk": { text: "Done.", finish: "stop", usage: USAGE },
  "ovh/without-space": { text: " spaced out", finish: "stop", usage: USAGE },
  "siliconflow/usage-on-every-chunk": {
    reasoning: "Hm.",
    text: "Yes.",
    finish: "stop",
    usage: { ...USAGE, reasoningTokens: 4 },
  },
  "siliconflow/flat-error-in-place-of-stream": {
    failure: { message: expect.stringContaining("overloaded") },
  },
  "kilo/leaked-verdict": { failure: empty },
  "kilo/verdict-that-goes-on": { text: "safe enough", finish: "stop", usage: USAGE },
  "kilo/truncated-reply": { failure: { kind: "bad_reply", rule: "generic/not-json" } },
  "aihorde/whole-reply-counted-in-kudos": { text: " A tale.", finish: "stop" },
  "together/eos": { text: "Hi.", finish: "stop", usage: USAGE },
  "sambanova/usage-with-empty-delta": { text: "Fast.", finish: "stop", usage: USAGE },
  "xfyun/code-zero-on-every-chunk": { text: "你好。", finish: "stop", usage: USAGE },
  "xfyun/usage-without-choices": { text: "你好", finish: "stop", usage: USAGE },
  "xfyun/error-in-the-stream": { failure: { message: expect.stringContaining("audit failed") } },
  "custom/object-arguments-in-pieces-of-two-calls": {
    toolCalls: [call(made(0), "put", '{"key":"k"}'), call(made(1), "put", '{"key":"l"}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "custom/usage-inside-the-choice": { text: "Moon.", finish: "stop", usage: USAGE },
  "custom/end-turn": { text: "Over.", finish: "stop", usage: USAGE },
  "custom/without-done": { text: "All of it.", finish: "stop", usage: USAGE },
  "custom/without-finish": { text: "Said.", finish: "stop" },
  "custom/cut": { text: "Half a sen", failure: broken, usage: { inputTokens: 21, outputTokens: 3 } },
  "custom/cut-before-output": { failure: { kind: "bad_reply", rule: "generic/no-output" } },
  "custom/cut-in-tool-call": { toolCalls: [call("c1", "rm", '{"path": "/tm')], failure: broken },
  "custom/empty-completion": { failure: empty, usage: { inputTokens: 21, outputTokens: 0 } },
  "custom/empty-done": { failure: empty },
  "custom/empty-length": { finish: "length", usage: USAGE },
  "custom/filtered-before-output": { failure: { kind: "content_filter", scope: "request" } },
  "custom/filtered-after-output": { text: "So", finish: "content_filter" },
  "custom/html": { failure: { kind: "bad_reply", rule: "generic/html" } },
  "custom/nothing": { failure: { kind: "bad_reply", rule: "generic/no-output" } },
  "custom/object-arguments": {
    toolCalls: [call(made(0), "put", '{"key":"k","value":[1,2]}'), call(made(1), "put", '{"key":"l"}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "custom/name-repeated": {
    toolCalls: [call("c9", "find", '{"a":1}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "custom/one-index-for-all": {
    toolCalls: [call("c1", "find", '{"a":1}'), call("c2", "find", '{"a":2}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "custom/name-after-id": { toolCalls: [call("c1", "ping", "{}")], finish: "tool_calls", usage: USAGE },
  "custom/legacy-function-call": {
    toolCalls: [call(made(0), "sum", '{"of":[1,2]}')],
    finish: "tool_calls",
    usage: USAGE,
  },
  "custom/usage-on-every-chunk": { text: "ab", finish: "stop", usage: USAGE },
  "custom/bom-and-bare-returns": { text: "ünï", finish: "stop", usage: USAGE },
  "custom/last-event-without-blank-line": { text: "ok", finish: "stop", usage: USAGE },
  "custom/event-fields": { text: "ok", finish: "stop", usage: USAGE },
  "custom/error-event": { failure: { kind: "server_error", message: "model overloaded" } },
  "custom/error-as-text": { failure: { kind: "bad_reply", message: "out of memory" } },
  "custom/whole-reply-in-place-of-stream": { text: "Whole.", finish: "stop", usage: USAGE },
  "custom/error-reply-in-place-of-stream": { failure: { kind: "context_too_long", statedLimit: 8192 } },
  "custom/error-after-finish": { text: "Complete.", finish: "stop", usage: USAGE },
  "custom/first-chunk-without-choices": { text: "Hello", finish: "stop", usage: USAGE },
  "custom/refusal-and-logprobs": { refusal: "I cannot.", finish: "stop", usage: USAGE },
  "custom/reasoning-only": { reasoning: "thinking and nothing more", failure: empty, usage: USAGE },
};

/** The same events on the wire, framed in other ways that the format allows. */
const FRAMINGS: Readonly<Record<string, (text: string) => string>> = {
  "CRLF line ends": (text) => text.replaceAll("\n", "\r\n"),
  "bare CR line ends": (text) => text.replaceAll("\n", "\r"),
  // A space that belongs to the data must stay.
  "no space after the colon": (text) => text.replaceAll(/^(data|event): (?! )/gm, "$1:"),
  "a BOM in front": (text) => `\uFEFF${text}`,
  "comments and other fields in between": (text) =>
    `: one\n\n${text.replaceAll(/^(?=data)/gm, ": two\nid: 3\nretry: 10\n")}`,
};

const ROOT = join(import.meta.dirname, "..", "fixtures");
const SUFFIX = ".chunks.txt";
const names = readdirSync(ROOT, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(SUFFIX))
  .map((name) => name.slice(0, -SUFFIX.length));

test("each fixture has an expectation and each expectation a fixture", () => {
  expect(names.toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
});

describe.each(Object.entries(EXPECTED))("%s", (name, expected) => {
  const bytes = new Uint8Array(readFileSync(join(ROOT, name + SUFFIX)));
  const provider = providerNamed(name.slice(0, name.indexOf("/")));
  const atOnce = replay(provider, [bytes]);
  const whole = JSON.stringify(atOnce);

  test("gives what the provider said", () => {
    const answer = foldAnswer(atOnce);
    expect({
      text: answer.text,
      reasoning: answer.reasoning,
      refusal: answer.refusal,
      toolCalls: answer.toolCalls,
      finish: answer.finish,
      usage: answer.usage,
      failure: answer.failure,
    }).toMatchObject({
      text: "",
      reasoning: "",
      refusal: "",
      toolCalls: [],
      finish: null,
      usage: null,
      failure: null,
      ...expected,
    });
  });

  test("keeps the order of events", () => {
    const types = atOnce.map((event) => event.type);
    const failed = types.includes("failure");
    if (types[0] !== "start") expect(types).toEqual(["failure"]);
    expect(types.filter((type) => type === "start").length).toBeLessThanOrEqual(1);
    expect(types.filter((type) => type === "finish").length).toBe(failed ? 0 : 1);
    if (failed) expect(types.at(-1)).toBe("failure");
  });

  test("is the same wherever it is cut in two", () => {
    for (let at = 1; at < bytes.length; at++) {
      const events = replay(provider, [bytes.subarray(0, at), bytes.subarray(at)]);
      expect(JSON.stringify(events), `cut at byte ${at}`).toBe(whole);
    }
  });

  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  // What is no stream has no frames, and one with framing of its own stands for itself.
  const plain = !/^\s*[{[<]/.test(text) && !text.includes("\r");

  test.runIf(plain).each(Object.entries(FRAMINGS))("is the same with %s", (_, reframe) => {
    const other = new TextEncoder().encode(reframe(text));
    expect(replay(provider, [other])).toEqual(atOnce);
    const pieces = Array.from(other, (_, index) => other.subarray(index, index + 1));
    expect(replay(provider, pieces)).toEqual(atOnce);
  });

  test("is the same byte by byte", () => {
    const pieces = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
    expect(replay(provider, pieces)).toEqual(atOnce);
  });
});
