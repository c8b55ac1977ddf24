/** Which window a 429 is about, when no row of the provider says so. */
import type { FailureKind } from "../../core/chat/failure.ts";
import type { LimitObservation } from "../../core/provider.ts";
import type { ErrorBody } from "./error-body.ts";

const SHORT_WAIT = 120_000;

interface RateVerdict {
  kind: FailureKind;
  rule: string;
}

/** The words that name a window; the first that occurs is the limit that was hit. */
const WINDOW_WORDS =
  /\b(?:(?<concurrency>concurren(?:t|cy))|(?<minute>per[- ](?:minute|min|second|sec)|[rt]p[ms])|(?<hour>per[- ]hour|hourly|rph)|(?<day>per[- ]day|daily|[rt]pd)|(?<week>per[- ]week|weekly)|(?<month>per[- ]month|monthly))\b/i;

const KIND_OF_WORD: Readonly<Record<string, FailureKind>> = {
  concurrency: "concurrency",
  minute: "rate_minute",
  hour: "quota_hour",
  day: "quota_day",
  week: "quota_week",
  month: "quota_month",
};

/** `wait` is the stated wait in milliseconds. */
export function judgeRate(
  body: ErrorBody,
  observations: readonly LimitObservation[],
  wait: number | undefined,
): RateVerdict {
  const quotaId = body.codes.find((code) => /per(?:day|minute)/.test(code));
  if (quotaId !== undefined) {
    const daily = quotaId.includes("perday");
    return { kind: daily ? "quota_day" : "rate_minute", rule: `generic/429-${daily ? "day" : "minute"}` };
  }
  const spent = observations.filter((observation) => observation.remaining === 0);
  for (const window of ["month", "week", "day", "hour", "minute", "second"] as const) {
    if (spent.some((observation) => observation.window === window)) {
      const name = window === "second" ? "minute" : window;
      return { kind: KIND_OF_WORD[name] ?? "rate_minute", rule: `generic/429-${window}-spent` };
    }
  }
  const groups = WINDOW_WORDS.exec(body.words)?.groups ?? {};
  for (const [name, kind] of Object.entries(KIND_OF_WORD)) {
    if (groups[name] !== undefined) return { kind, rule: `generic/429-${name}` };
  }
  if (wait !== undefined && wait <= SHORT_WAIT)
    return { kind: "rate_minute", rule: "generic/429-short-wait" };
  return { kind: "rate_unknown", rule: "generic/429" };
}
