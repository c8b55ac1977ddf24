/** Every form in which providers state a time to wait or an instant, to milliseconds. */

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PIECE = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const NUMBER = /^\d+(?:\.\d+)?$/;

/** Numbers from here on are an instant in seconds, and from a thousand times as much in milliseconds. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e12;

/** A duration with units, in milliseconds: `2m59.56s`, `7.66s`, `850ms`, `1h`. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim().toLowerCase();
  if (!DURATION.test(compact)) return undefined;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(PIECE)) total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  return total;
}

/**
 * The instant that a header names, in epoch milliseconds: a duration with units, seconds to go, epoch seconds,
 * epoch milliseconds, an HTTP or ISO date. Undefined when it is none of them.
 */
export function parseInstant(text: string, now: number): number | undefined {
  const value = text.trim();
  if (NUMBER.test(value)) {
    const number = Number(value);
    if (number >= EPOCH_MILLISECONDS) return number;
    return number >= EPOCH_SECONDS ? number * 1000 : now + number * 1000;
  }
  const duration = parseDuration(value);
  if (duration !== undefined) return now + duration;
  // Date.parse takes nearly anything with a digit in it.
  const date = /^\d{4}-\d\d-\d\d|^[A-Za-z]{3,9}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** The instant until which `Retry-After` or `retry-after-ms` asks to wait, in epoch milliseconds. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const milliseconds = headers.get("retry-after-ms")?.trim();
  if (milliseconds !== undefined && NUMBER.test(milliseconds)) return now + Number(milliseconds);
  const value = headers.get("retry-after");
  return value === null ? undefined : parseInstant(value, now);
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

/** One piece of `2m59.56s`: the unit is followed by a digit. */
const PLAIN_PART = /^(\d+(?:\.\d+)?)(ms|[smhd])(?=\d)/i;

function unitLength(unit: string): number {
  const lower = unit.toLowerCase();
  if (lower === "ms" || lower.startsWith("milli")) return 1;
  return UNITS[lower.charAt(0)] ?? 0;
}
