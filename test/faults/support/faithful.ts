/** A simulated model that has one answer to give, and goes on with it where it is told that it was cut off. */
import type { ChatBody } from "../../support/exchange.ts";
import { type AnswerOptions, answer, type Step } from "../../support/steps.ts";

/** Words that are all different, so that one that is lost, doubled or out of place shows. */
export function words(count: number): string {
  return Array.from({ length: count }, (_, index) => `word${index + 1}`).join(" ");
}

/** How many characters of `whole` the model has said already, by the conversation that it is given. */
export function saidAlready(body: ChatBody | undefined, whole: string): number {
  const messages = body?.messages ?? [];
  const last = messages.findLast(({ role }) => role === "assistant");
  const said = typeof last?.content === "string" ? last.content : "";
  return whole.startsWith(said) ? said.length : 0;
}

/** Whether the model is asked to go on with its own unfinished message. */
export function isPrefill(body: ChatBody | undefined): boolean {
  return body?.messages?.at(-1)?.role === "assistant";
}

/** Whether anything but the question is in the conversation. */
export function isContinuation(body: ChatBody | undefined): boolean {
  return body?.messages?.some(({ role }) => role === "assistant") === true;
}

/** Says `whole`, or what is left of it; `repeat` characters of what was said come once more, as real models do. */
export function faithful(whole: string, options: AnswerOptions & { repeat?: number } = {}): Step {
  return async (exchange) => {
    const said = saidAlready(exchange.call.body, whole);
    const from = isPrefill(exchange.call.body) ? said : Math.max(0, said - (options.repeat ?? 0));
    await answer({ ...options, content: whole.slice(from) })(exchange);
  };
}
