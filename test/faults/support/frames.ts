/** The events of a stream on the OpenAI wire, one by one. */
import { USAGE } from "../../support/steps.ts";

export const EVENTS = { "content-type": "text/event-stream; charset=utf-8" };
export const DONE = "data: [DONE]\n\n";

export type Delta = Record<string, unknown>;

export function chunk(
  delta: Delta,
  reason: string | null = null,
  more: Record<string, unknown> = {},
): string {
  const choices = [{ index: 0, delta, finish_reason: reason }];
  const body = { id: "chatcmpl-test", object: "chat.completion.chunk", created: 1_790_000_000, model: "m" };
  return `data: ${JSON.stringify({ ...body, choices, ...more })}\n\n`;
}

/** The last chunk, with usage. */
export function finish(reason: string): string {
  return chunk({}, reason, { usage: USAGE });
}
