/** Which window a 429 is about, when no row of the provider says so. */
import { type FailureKind, KIND_OF_WINDOW } from "../../core/chat/failure.ts";
import type { LimitObservation } from "../../core/provider.ts";
import type { ErrorBody } from "./error-body.ts";

const SHORT_WAIT = 120_000;

interface RateVerdict {
  kind: FailureKind;
  rule: string;
  /** The limit is shared by several models. */
  shared: boolean;
}

/** The words that name a window; the first that occurs is the limit that was hit. */
const WINDOW_WORDS = new RegExp(
  [
    "\\b(?<concurrency>concurren(?:t|cy))\\b",
    "(?<minute>PER(?:minute|min|second|sec)\\b|\\b[rt]p[ms]\\b)",
    "(?<hour>PERhour\\b|\\b(?:hourly|rph)\\b)",
    "(?<day>PERday\\b|\\b(?:daily|[rt]pd)\\b)",
    "(?<week>PERweek\\b|\\bweekly\\b)",
    "(?<month>PERmonth\\b|\\bmonthly\\b)",
  ]
    .join("|")
    .replaceAll("PER", "\\b(?:per[- ]|(?:requests|req|calls|tokens) ?/ ?)"),
  "i",
);

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
  const spent = observations.filter((observation) => observation.remaining === 0);
  for (const window of ["month", "week", "day", "five_hours", "hour", "minute", "second"] as const) {
    const longest = spent.find((observation) => observation.window === window);
    if (longest) {
      const shared = longest.subject === "pool";
      return { kind: KIND_OF_WINDOW[window], rule: `generic/429-${window}-spent`, shared };
    }
  }
  const groups = WINDOW_WORDS.exec(body.words)?.groups ?? {};
  for (const [name, kind] of Object.entries(KIND_OF_WORD)) {
    if (groups[name] !== undefined) return { kind, rule: `generic/429-${name}`, shared: false };
  }
  const short = wait !== undefined && wait <= SHORT_WAIT;
  return short
    ? { kind: "rate_minute", rule: "generic/429-short-wait", shared: false }
    : { kind: "rate_unknown", rule: "generic/unknown-429", shared: false };
}
