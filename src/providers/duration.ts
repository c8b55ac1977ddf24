/** Every form in which providers state a time to wait or an instant, to milliseconds. */
import type { ReplyHeaders } from "../core/chat/reply-headers.ts";

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PIECE = /(\d+(?:\.\d+)?)([mnu]s|s|m|h|d)/g;
const DURATION = /^(?:\d+(?:\.\d+)?(?:[mnu]s|s|m|h|d))+$/;
const NUMBER = /^\d+(?:\.\d+)?$/;

/** Numbers from here on are an instant in seconds, and from a thousand times as much in milliseconds. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e12;

/** A duration with units, in milliseconds: `2m59.56s`, `7.66s`, `850ms`, `1h`. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const compact = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\u00b5\u03bc]s/g, "us");
  if (!DURATION.test(compact)) return undefined;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(PIECE)) total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  return total;
}

/**
 * The instant that a header names, in epoch milliseconds: a duration with units, seconds to go, epoch seconds,
 * epoch milliseconds, an HTTP or ISO date. Undefined when it is none of them. `skew`: how far the clock that named it is
 * ahead of `now`.
 */
export function parseInstant(text: string, now: number, skew = 0): number | undefined {
  const value = text.trim();
  if (NUMBER.test(value)) {
    const number = Number(value);
    if (number >= EPOCH_MILLISECONDS) return number - skew;
    return number >= EPOCH_SECONDS ? number * 1000 - skew : now + number * 1000;
  }
  const duration = parseDuration(value);
  if (duration !== undefined) return now + duration;
  const date = parseDate(value);
  return date === undefined ? undefined : date - skew;
}

const ISO_DATE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;
const DATE_WITH_ZONE =
  /^(?:[A-Za-z]{3,9}, .*|\d{4}-\d\d-\d\d[T ].*\d ?)(?:GMT|UTC|Z|[+-]\d\d:?\d\d)$|^\d{4}-\d\d-\d\d$/;

/** An HTTP or ISO date, in epoch milliseconds; an ISO date without a zone is read in `zone`, UTC by default. */
export function parseDate(text: string, zone = "Z"): number | undefined {
  // Date.parse takes nearly anything with a digit in it, and reads what names no zone in that of this machine.
  const exact = ISO_DATE.test(text) ? `${text.replace(" ", "T")}${zone}` : text;
  const date = DATE_WITH_ZONE.test(exact) ? Date.parse(exact) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** When a reply arrived, and what its sender's clock showed. */
export interface ReplyClock {
  /** Epoch milliseconds of arrival. */
  now: number;
  /** How far the provider's clock is ahead of ours, in milliseconds. */
  skew: number;
}

/** Less is the time the reply took and the seconds that a `Date` header cannot show. */
const LEAST_SKEW_MS = 2_000;
/** More is no clock that runs wrong, but a date that means something else. */
const GREATEST_SKEW_MS = 86_400_000;

/** How far the provider's clock is ahead of ours, in milliseconds, by the `Date` of its reply; 0 when about equal or not told. */
export function skewOf(headers: ReplyHeaders, now: number): number {
  const date = parseDate(headers.get("date")?.trim() ?? "");
  const skew = date === undefined ? 0 : date - now;
  return Math.abs(skew) >= LEAST_SKEW_MS && Math.abs(skew) <= GREATEST_SKEW_MS ? skew : 0;
}

/** The instant until which `Retry-After` or `retry-after-ms` asks to wait, in epoch milliseconds. */
export function retryAfter(headers: ReplyHeaders, now: number, skew = 0): number | undefined {
  const milliseconds = headers.get("retry-after-ms")?.trim();
  if (milliseconds !== undefined && NUMBER.test(milliseconds)) return now + Number(milliseconds);
  const value = headers.get("retry-after");
  return value === null ? undefined : parseInstant(value, now, skew);
}

const SPOKEN =
  /\b(?:try again|retry|available again|wait|resets?)(?: again)?(?: in| after| for)? +(?:about +)?/gi;
const SPOKEN_AMOUNT =
  /^(\d+(?:\.\d+)?) *(milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|ms|[smhd])(?![a-z])/i;

/** The wait that an error text names, in milliseconds: `try again in 2m59.56s`, `retry after 5 seconds`. */
export function spokenWait(text: string): number | undefined {
  for (const match of text.matchAll(SPOKEN)) {
    let rest = text.slice(match.index + match[0].length);
    let total = 0;
    let found = false;
    for (;;) {
      const part = SPOKEN_AMOUNT.exec(rest) ?? PLAIN_PART.exec(rest);
      if (!part) break;
      total += Number(part[1]) * unitLength(part[2] ?? "");
      found = true;
      rest = rest.slice(part[0].length).replace(/^(?: *,? *and +| +)/, "");
    }
    if (found) return total;
  }
  return undefined;
}

const RESET_DATE =
  /\breset(?:s)?(?: at| on|:)? *(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?)/i;

/** The instant at which a text says that a limit resets: `will reset at 2026-11-24 15:46:22`. `zone`: where none is named. */
export function spokenReset(text: string, zone = "Z"): number | undefined {
  const date = RESET_DATE.exec(text)?.[1];
  return date === undefined ? undefined : parseDate(date, zone);
}

/** One piece of `2m59.56s`: the unit is followed by a digit. */
const PLAIN_PART = /^(\d+(?:\.\d+)?)(ms|[smhd])(?=\d)/i;

function unitLength(unit: string): number {
  const lower = unit.toLowerCase();
  if (lower === "ms" || lower.startsWith("milli")) return 1;
  return UNITS[lower.charAt(0)] ?? 0;
}
