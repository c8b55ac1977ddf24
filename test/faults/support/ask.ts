/** Asks a running freellm through the official SDK and notes all that a client can see, the error included. */
import type OpenAI from "openai";
import type { Stage } from "../../support/stage.ts";

export interface Call {
  id: string;
  name: string;
  arguments: string;
}

/** What the client saw. Times are epoch milliseconds. */
export interface Told {
  text: string;
  reasoning: string;
  calls: Call[];
  finish: string | null;
  usage: OpenAI.CompletionUsage | null;
  /** Every `model` and `id` of the chunks, each once. */
  models: string[];
  ids: string[];
  headers: Headers | null;
  /** What the SDK threw; undefined when it did not. */
  error: unknown;
  startedAt: number;
  /** The first text or reasoning. */
  firstAt: number | null;
  endedAt: number;
}

export interface Question {
  model: string;
  /** One more user message; "Hello" when left out. */
  prompt?: string;
  /** Request headers. */
  headers?: Record<string, string>;
  /** Further fields of the body. */
  more?: Record<string, unknown>;
}

const TIMEOUT_MS = 110_000;

/** The SDK's own view of a stream. Never rejects. */
export async function askStream(stage: Pick<Stage, "client">, question: Question): Promise<Told> {
  const told = nothingYet();
  try {
    const { data, response } = await stage.client.chat.completions
      .create({ ...bodyOf(question), stream: true }, options(question))
      .withResponse();
    told.headers = response.headers;
    for await (const chunk of data) note(told, chunk);
  } catch (error) {
    told.error = error;
  }
  told.endedAt = Date.now();
  return told;
}

/** The same without a stream. Never rejects. */
export async function askWhole(stage: Pick<Stage, "client">, question: Question): Promise<Told> {
  const told = nothingYet();
  try {
    const { data, response } = await stage.client.chat.completions
      .create({ ...bodyOf(question), stream: false }, options(question))
      .withResponse();
    const [choice] = data.choices;
    told.headers = response.headers;
    told.text = choice?.message.content ?? "";
    told.finish = choice?.finish_reason ?? null;
    told.usage = data.usage ?? null;
    told.models = [data.model];
    told.ids = [data.id];
    for (const call of choice?.message.tool_calls ?? []) {
      if (call.type === "function") told.calls.push({ id: call.id, ...call.function });
    }
  } catch (error) {
    told.error = error;
  }
  told.endedAt = Date.now();
  return told;
}

/** Both ways of asking, for tests that must hold for either. */
export const WAYS = [
  ["streamed", askStream],
  ["whole", askWhole],
] as const;

function nothingYet(): Told {
  return {
    ...{ text: "", reasoning: "", calls: [], finish: null, usage: null, models: [], ids: [], headers: null },
    ...{ error: undefined, startedAt: Date.now(), firstAt: null, endedAt: 0 },
  };
}

function bodyOf({ model, prompt, more }: Question) {
  const messages = [{ role: "user" as const, content: prompt ?? "Hello" }];
  return { model, messages, ...more };
}

function options({ headers }: Question): OpenAI.RequestOptions {
  return { timeout: TIMEOUT_MS, ...(headers === undefined ? {} : { headers }) };
}

function note(told: Told, chunk: OpenAI.ChatCompletionChunk): void {
  if (!told.models.includes(chunk.model)) told.models.push(chunk.model);
  if (!told.ids.includes(chunk.id)) told.ids.push(chunk.id);
  told.usage = chunk.usage ?? told.usage;
  const [choice] = chunk.choices;
  if (!choice) return;
  const delta: OpenAI.ChatCompletionChunk.Choice.Delta & { reasoning_content?: string } = choice.delta;
  told.text += delta.content ?? "";
  told.reasoning += delta.reasoning_content ?? "";
  if (told.text + told.reasoning !== "") told.firstAt ??= Date.now();
  told.finish = choice.finish_reason ?? told.finish;
  for (const { index, id, function: piece } of delta.tool_calls ?? []) {
    const call = told.calls[index] ?? { id: "", name: "", arguments: "" };
    told.calls[index] = call;
    call.id += id ?? "";
    call.name += piece?.name ?? "";
    call.arguments += piece?.arguments ?? "";
  }
}
