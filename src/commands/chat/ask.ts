/** One question to the running server, over its own OpenAI-compatible surface, as any client would put it. */
import type { IncomingMessage } from "node:http";
import { SseReader } from "../../core/chat/sse.ts";
import { CommandError } from "../../core/command.ts";
import { bodyText, call } from "../http.ts";
import { hopInWords, hopsOf } from "../trail.ts";

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface Question {
  url: string;
  token: string;
  model: string;
  messages: readonly Message[];
  stream: boolean;
  /** Ends the answer where it is. */
  signal?: AbortSignal;
}

export interface Served {
  /** `provider/model`. */
  by: string;
  requestId: string;
  /** The targets that failed before, as the answer's header names them. */
  trail: string[];
}

export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
}

/** `served` comes first, `end` last; an answer that was given up has no end. */
export type AnswerPart =
  | { type: "served"; served: Served }
  | { type: "reasoning" | "text"; text: string }
  | { type: "end"; usage: Usage };

/** The server itself gives up long before. */
const ANSWER_MS = 20 * 60_000;

interface Chunk {
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null };
    message?: { content?: string | null; reasoning_content?: string | null };
  }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
  error?: { message?: string };
}

/** Throws CommandError `no_answer` when there is none, or it broke off. */
export async function* ask(question: Question): AsyncGenerator<AnswerPart> {
  const { url, token, model, messages, stream, signal } = question;
  const options = stream ? { stream, stream_options: { include_usage: true } } : {};
  const reply = await send(url, token, { model, messages, ...options });
  const end = (): void => void reply.destroy();
  signal?.addEventListener("abort", end, { once: true });
  try {
    if (signal?.aborted) return;
    const served = servedBy(reply);
    if (reply.statusCode !== 200) throw refused(await bodyText(reply), reply.statusCode, served.trail);
    yield { type: "served", served };
    yield* stream ? streamed(reply) : whole(await bodyText(reply));
  } catch (error) {
    if (signal?.aborted) return;
    throw error instanceof CommandError ? error : broken(error instanceof Error ? error.message : null);
  } finally {
    signal?.removeEventListener("abort", end);
    end();
  }
}

async function send(url: string, token: string, body: unknown): Promise<IncomingMessage> {
  try {
    return await call({
      ...{ url: `${url}/v1/chat/completions`, method: "POST", token, body, timeoutMs: ANSWER_MS },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError("server_gone", `The server at ${url} does not answer: ${reason}.`);
  }
}

async function* streamed(reply: IncomingMessage): AsyncGenerator<AnswerPart> {
  const reader = new SseReader();
  let usage: Usage = { inputTokens: null, outputTokens: null };
  for await (const bytes of reply) {
    for (const { data } of reader.push(bytes as Uint8Array)) {
      if (data === "[DONE]") return yield { type: "end", usage };
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) throw broken(chunk.error.message ?? null);
      const { content, reasoning_content } = chunk.choices?.[0]?.delta ?? {};
      if (reasoning_content) yield { type: "reasoning", text: reasoning_content };
      if (content) yield { type: "text", text: content };
      if (chunk.usage) usage = usageOf(chunk);
    }
  }
  throw broken(null);
}

function* whole(text: string): Generator<AnswerPart> {
  const chunk = JSON.parse(text) as Chunk;
  const { content, reasoning_content } = chunk.choices?.[0]?.message ?? {};
  if (reasoning_content) yield { type: "reasoning", text: reasoning_content };
  if (content) yield { type: "text", text: content };
  yield { type: "end", usage: usageOf(chunk) };
}

function usageOf({ usage }: Chunk): Usage {
  return { inputTokens: usage?.prompt_tokens ?? null, outputTokens: usage?.completion_tokens ?? null };
}

function servedBy({ headers }: IncomingMessage): Served {
  const header = (name: string): string => [headers[name] ?? ""].flat().join("; ");
  return {
    by: header("x-routed-via"),
    requestId: header("x-request-id"),
    trail: hopsOf(header("x-fallback-trail")),
  };
}

function refused(text: string, status: number | undefined, trail: readonly string[]): CommandError {
  let message = text.slice(0, 300);
  try {
    message = (JSON.parse(text) as Chunk).error?.message ?? message;
  } catch {
    // Told as it is.
  }
  const hint = status === 404 ? "Known models: freellm models list" : "How the keys are: freellm status";
  // The hint says it already.
  if (status === 404) message = message.replace(/ See: freellm models list$/, "");
  const tried = trail.length === 0 ? "" : ` Tried: ${trail.map(hopInWords).join("; ")}.`;
  return new CommandError("no_answer", `HTTP ${status}: ${message}${tried}`, hint);
}

function broken(reason: string | null): CommandError {
  const why = reason === null ? "." : `: ${reason}`;
  return new CommandError("no_answer", `The answer broke off${why}`, "Ask again: freellm chat");
}
