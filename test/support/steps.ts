/** What a scripted upstream does with one chat call. A step is a function, so a test may also bring its own. */
import { gzipSync } from "node:zlib";
import type { Exchange } from "./exchange.ts";

export type Step = (exchange: Exchange) => void | Promise<void>;

const JSON_TYPE = { "content-type": "application/json" };
const EVENTS = { "content-type": "text/event-stream; charset=utf-8" };
export const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

export interface Tool {
  name: string;
  arguments: string;
  id?: string;
}

export interface AnswerOptions {
  /** Sent word by word in a stream. */
  content?: string;
  tools?: Tool[];
  finishReason?: string;
  headers?: Record<string, string>;
  /** Milliseconds before the first byte. */
  delayMs?: number;
  /** Milliseconds between two tokens. */
  tokenMs?: number;
}

/** A correct answer, streamed or whole as the call asks. */
export function answer(options: AnswerOptions = {}): Step {
  return async (exchange) => {
    if (options.delayMs !== undefined) await exchange.sleep(options.delayMs);
    if (exchange.call.body?.stream !== true) {
      exchange.reply(200, { ...JSON_TYPE, ...options.headers }, JSON.stringify(wholeBody(exchange, options)));
      return;
    }
    exchange.begin(200, { ...EVENTS, ...options.headers });
    for (const frame of frames(exchange, options)) {
      exchange.chunk(frame);
      if (options.tokenMs !== undefined) await exchange.sleep(options.tokenMs);
      if (exchange.over) return;
    }
    exchange.end();
  };
}

/** An error or any other whole reply. */
export function reply(status: number, body: unknown, headers: Record<string, string> = {}): Step {
  return (exchange) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    exchange.reply(status, { ...JSON_TYPE, ...headers }, text);
  };
}

export function failure(
  status: number,
  message = "it went wrong",
  headers: Record<string, string> = {},
): Step {
  return reply(status, { error: { message, type: "server_error" } }, headers);
}

export function tooMany(retryAfterSeconds?: number): Step {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return reply(429, { error: { message: "Too many requests", type: "rate_limit" } }, headers);
}

/** Accepts the call and never says a word. */
export const hang: Step = () => {};

/** 200 and the headers of a stream, then nothing. */
export const hangAfterHeaders: Step = (exchange) => exchange.begin(200, EVENTS);

export const reset: Step = (exchange) => exchange.reset();

/** Closes the connection without a byte. */
export const close: Step = (exchange) => exchange.cut();

/** Streams this many frames of the answer, then breaks off: by a FIN, or by a RST. */
export function cutAfter(count: number, options: AnswerOptions & { how?: "cut" | "reset" } = {}): Step {
  return async (exchange) => {
    if (exchange.call.body?.stream !== true) {
      const text = JSON.stringify(wholeBody(exchange, options));
      exchange.raw(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n`,
      );
      exchange.raw(text.slice(0, Math.floor(text.length / 2)));
    } else {
      exchange.begin(200, EVENTS);
      for (const frame of frames(exchange, options).slice(0, count)) {
        exchange.chunk(frame);
        await exchange.sleep(options.tokenMs ?? 1);
      }
    }
    await exchange.sleep(5);
    exchange[options.how ?? "cut"]();
  };
}

/** Streams this many frames, then falls silent. */
export function stallAfter(count: number, options: AnswerOptions = {}): Step {
  return (exchange) => {
    exchange.begin(200, EVENTS);
    for (const frame of frames(exchange, options).slice(0, count)) exchange.chunk(frame);
  };
}

/** A correct stream with these bytes put in after `count` frames. */
export function garbageAfter(
  count: number,
  bytes = "data: {not json\n\n",
  options: AnswerOptions = {},
): Step {
  return (exchange) => {
    exchange.begin(200, EVENTS);
    for (const [index, frame] of frames(exchange, options).entries()) {
      if (index === count) exchange.chunk(bytes);
      exchange.chunk(frame);
    }
    exchange.end();
  };
}

/** A correct stream that closes without `[DONE]`. */
export function withoutDone(options: AnswerOptions = {}): Step {
  return (exchange) => {
    exchange.begin(200, EVENTS);
    for (const frame of frames(exchange, options).slice(0, -1)) exchange.chunk(frame);
    exchange.end();
  };
}

export function html(status = 200): Step {
  return reply(status, "<!doctype html><title>Oops</title><h1>Bad gateway</h1>", {
    "content-type": "text/html",
  });
}

/** 200, and the first event is an error object. */
export function errorEvent(code: number, message: string): Step {
  return (exchange) => {
    exchange.begin(200, EVENTS);
    exchange.chunk(`data: ${JSON.stringify({ error: { code, message } })}\n\n`);
    exchange.end();
  };
}

/** A well-formed answer without a word in it. */
export const empty: Step = answer({ content: "" });

/** One byte of the header every `everyMs`, without end. */
export function drip(everyMs: number): Step {
  return async (exchange) => {
    exchange.raw("HTTP/1.1 200 OK\r\nx-slow: ");
    while (!exchange.over) {
      exchange.raw("a");
      await exchange.sleep(everyMs);
    }
  };
}

/** A correct whole answer, compressed. */
export function gzipped(options: AnswerOptions = {}): Step {
  return (exchange) => {
    const body = gzipSync(JSON.stringify(wholeBody(exchange, options)));
    exchange.reply(200, { ...JSON_TYPE, "content-encoding": "gzip" }, body);
  };
}

const DEFAULT_CONTENT = "Hello from the upstream, all is well.";

function wholeBody(exchange: Exchange, options: AnswerOptions): Record<string, unknown> {
  const tools = toolCalls(options);
  const content = options.content ?? (tools === undefined ? DEFAULT_CONTENT : null);
  return {
    id: "chatcmpl-test",
    object: "chat.completion",
    created: 1_790_000_000,
    model: exchange.call.body?.model ?? "test-model",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, ...(tools && { tool_calls: tools }) },
        finish_reason: finishReason(options),
      },
    ],
    usage: USAGE,
  };
}

/** Every frame of the stream, `[DONE]` the last of them. */
function frames(exchange: Exchange, options: AnswerOptions): string[] {
  const chunk = (choices: unknown[], more: Record<string, unknown> = {}) =>
    `data: ${JSON.stringify({
      id: "chatcmpl-test",
      object: "chat.completion.chunk",
      created: 1_790_000_000,
      model: exchange.call.body?.model ?? "test-model",
      choices,
      ...more,
    })}\n\n`;
  const delta = (content: Record<string, unknown>, finish: string | null = null) => [
    { index: 0, delta: content, finish_reason: finish },
  ];
  const text = options.content ?? (options.tools === undefined ? DEFAULT_CONTENT : "");
  return [
    chunk(delta({ role: "assistant", content: "" })),
    ...(text.match(/\S+\s?|\s+/g) ?? []).map((content) => chunk(delta({ content }))),
    ...(toolCalls(options) ?? []).map((call, index) => chunk(delta({ tool_calls: [{ index, ...call }] }))),
    chunk(delta({}, finishReason(options)), { usage: USAGE }),
    "data: [DONE]\n\n",
  ];
}

function toolCalls(options: AnswerOptions) {
  return options.tools?.map((tool, index) => ({
    id: tool.id ?? `call_${index}`,
    type: "function",
    function: { name: tool.name, arguments: tool.arguments },
  }));
}

function finishReason(options: AnswerOptions): string {
  return options.finishReason ?? (options.tools === undefined ? "stop" : "tool_calls");
}
