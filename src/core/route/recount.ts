/**
 * Whether a request's way hinges on how good the estimate of its prompt is: a model would have been called, were the prompt
 * as small as it may be by what estimates are known to be off. Pure.
 */
import type { TokenEstimate } from "./estimate.ts";
import { bestUsable, LEAST_OUTPUT_TOKENS, type RouteRequest } from "./plan.ts";
import { type Target, windowOf } from "./target.ts";
import { isCountable, promptTokens } from "./vocabulary.ts";

/** What prompts really have of what is estimated, at least: 0.55 to 0.65 for prose and for scripts other than Latin, 0.8 for code. */
const LEAST_SHARE = 0.5;
/** No limit is smaller than prompts of this size. */
const SMALL = 1_000;

/** `chosen`: what would be called now; null: nothing. Changes nothing. */
export function hingesOnCount(request: RouteRequest, chosen: Target | null, now: number): boolean {
  const { tokens, candidates } = request;
  if (tokens.counted !== undefined || tokens.input < SMALL) return false;
  const hopeful = candidates.filter((target) => target === chosen || exceeds(tokens, target));
  if (hopeful.length === (chosen === null ? 0 : 1)) return false;
  const least = { ...tokens, counted: Math.ceil(tokens.input * LEAST_SHARE) };
  const progress = { ...request.progress };
  return bestUsable({ ...request, candidates: hopeful, tokens: least, progress }, now) !== chosen;
}

/** Its prompts can be counted, and this one is estimated to be larger than it ever takes. */
function exceeds(tokens: TokenEstimate, target: Target): boolean {
  return isCountable(target.model.model) && promptTokens(tokens, target.model) > roomOf(target);
}

/** Tokens of the longest prompt that it ever takes; Infinity where nobody knows a bound. */
export function roomOf({ model, counters }: Pick<Target, "model" | "counters">): number {
  let room = windowOf(model) ?? Number.POSITIVE_INFINITY;
  for (const { limit } of counters) {
    if (limit.metric === "tokens") room = Math.min(room, limit.cap - LEAST_OUTPUT_TOKENS);
    if (limit.metric === "input_tokens") room = Math.min(room, limit.cap);
  }
  return room;
}
