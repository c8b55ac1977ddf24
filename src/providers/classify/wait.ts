/** Until when a reply asks to stay away: what it states, never what we guess. */
import type { LimitObservation } from "../../core/provider.ts";
import { parseInstant, retryAfter, spokenWait } from "../duration.ts";
import type { ErrorBody } from "./error-body.ts";

const SECOND = 1_000;
const DAY = 86_400_000;

/** Stated instant in epoch milliseconds, from the most exact source down to the words; undefined when nothing is said. */
export function statedInstant(
  body: ErrorBody,
  headers: Headers,
  observations: readonly LimitObservation[],
  now: number,
): number | undefined {
  const inner = new Headers();
  for (const name of ["retry-after", "retry-after-ms"]) {
    const value = body.headers[name];
    if (value !== undefined) inner.set(name, value);
  }
  const reset = body.headers["x-ratelimit-reset"];
  const inBody = body.wait ?? reset;
  const stated = inBody === undefined ? undefined : parseInstant(inBody, now);
  if (stated !== undefined) return stated;
  const asked = retryAfter(headers, now) ?? retryAfter(inner, now);
  if (asked !== undefined) return asked;
  const spent = observations
    .filter((observation) => observation.remaining === 0 && observation.resetAt !== undefined)
    .map((observation) => observation.resetAt ?? 0);
  if (spent.length > 0) return Math.max(...spent);
  const spoken = spokenWait(body.words);
  return spoken === undefined ? undefined : now + spoken;
}

/** At least a second from now; at most a day, unless a longer window is known to be meant. */
export function clampInstant(instant: number, now: number, longest = DAY): number {
  return Math.min(Math.max(instant, now + SECOND), now + longest);
}

/** Start of the next day or month in UTC. */
export function nextInUtc(window: "day" | "month", now: number): number {
  const date = new Date(now);
  return window === "day"
    ? (Math.floor(now / DAY) + 1) * DAY
    : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
