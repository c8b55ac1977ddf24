/** Until when a reply asks to stay away: what it states, never what we guess. */
import type { ReplyHeaders } from "../../core/chat/reply-headers.ts";
import type { LimitObservation } from "../../core/provider.ts";
import { parseInstant, type ReplyClock, retryAfter, spokenReset, spokenWait } from "../duration.ts";
import type { ErrorBody } from "./error-body.ts";

const SECOND = 1_000;
const DAY = 86_400_000;

/** In which zone a provider names times of the day without saying so, as documented. */
const UNNAMED_ZONES: Readonly<Record<string, string>> = { zhipu: "+08:00" };

/** Stated instant in epoch milliseconds, from the most exact source down to the words; undefined when nothing is said. */
export function statedInstant(
  provider: string,
  body: ErrorBody,
  headers: ReplyHeaders,
  observations: readonly LimitObservation[],
  { now, skew }: ReplyClock,
): number | undefined {
  const inBody = body.wait ?? body.headers.get("x-ratelimit-reset");
  const stated = inBody === null ? undefined : parseInstant(inBody, now, skew);
  if (stated !== undefined) return stated;
  const asked = retryAfter(headers, now, skew) ?? retryAfter(body.headers, now, skew);
  if (asked !== undefined) return asked;
  const resets = observations
    .filter((observation) => observation.remaining === 0)
    .flatMap((observation) => observation.resetAt ?? []);
  if (resets.length > 0) return Math.max(...resets);
  const spoken = spokenWait(body.words);
  if (spoken !== undefined) return now + spoken;
  const reset = spokenReset(body.words, UNNAMED_ZONES[provider]);
  return reset === undefined ? undefined : reset - skew;
}

/** At least a second from now; at most a day, unless a longer window is known to be meant. */
export function clampInstant(instant: number, now: number, longest = DAY): number {
  return Math.round(Math.min(Math.max(instant, now + SECOND), now + longest));
}
