/** What can go wrong with one attempt, as a closed union. `providers/classify.ts` is the only file that makes one out of a reply. */
import type { TimeWindow } from "./zone.ts";

export const FAILURE_KINDS = [
  "invalid_key",
  "no_credit",
  "forbidden",
  "rate_minute",
  "rate_unknown",
  "quota_hour",
  "quota_day",
  "quota_week",
  "quota_month",
  "concurrency",
  "capacity",
  "server_error",
  "transport",
  "timeout",
  "bad_reply",
  "broken_stream",
  "model_gone",
  "not_on_plan",
  "not_routable",
  "context_too_long",
  "too_large",
  "too_costly",
  "parameter",
  "history",
  "bad_generation",
  "content_filter",
  "client_error",
  "config",
  "aborted",
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * The kinds that pass by themselves, so that a wait which the provider states means something. `quota`: it refused for how
 * much was asked of it, and serves again when that window ends; a client that is left with nothing else is told to come back.
 * `outage`: it could not serve; a client is told that the upstream failed.
 */
export const PASSES_WITH_TIME: Readonly<Partial<Record<FailureKind, "quota" | "outage">>> = {
  no_credit: "quota",
  rate_minute: "quota",
  rate_unknown: "quota",
  quota_hour: "quota",
  quota_day: "quota",
  quota_week: "quota",
  quota_month: "quota",
  concurrency: "quota",
  capacity: "quota",
  server_error: "outage",
  timeout: "outage",
};

/** What a used-up limit of such a window is called. */
export const KIND_OF_WINDOW: Readonly<Record<TimeWindow, FailureKind>> = {
  second: "rate_minute",
  minute: "rate_minute",
  hour: "quota_hour",
  five_hours: "quota_hour",
  day: "quota_day",
  week: "quota_week",
  month: "quota_month",
};

/**
 * Who is to blame, from the narrowest to the widest: this request alone; one model on one key; a key; all
 * keys of an account; a model on every key; the whole provider.
 */
export type FailureScope = "request" | "target" | "key" | "account" | "model" | "provider";

export interface Failure {
  kind: FailureKind;
  scope: FailureScope;
  /** Epoch milliseconds until which the provider said (not: we guess) that trying again is pointless. */
  until?: number;
  /** HTTP status of the reply; absent when there was none. */
  status?: number;
  /**
   * The rule that decided, for `freellm explain`: `groq/tokens-per-minute`, `generic/5xx`. `generic/unknown-...`: no rule
   * knew the reply, so the most harmless reading of its status was taken.
   */
  rule: string;
  /** In our own words plus at most 300 characters of scrubbed upstream text; never a key, never HTML. */
  message: string;
  /** The request field that was refused (kind `parameter`), as the provider names it. */
  parameter?: string;
  /** The context window or token limit that the provider stated, in tokens. */
  statedLimit?: number;
  /** The provider was never asked: nothing was spent. */
  unsent?: true;
}

/** An exception that says itself what went wrong, ready for the user. */
export class FailureError extends Error {
  override name = "FailureError";

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

const IN_WORDS: Readonly<Record<FailureKind, string>> = {
  invalid_key: "the key was refused",
  no_credit: "the account has no credit left",
  forbidden: "the key may not use this model",
  rate_minute: "over its per-minute limit",
  rate_unknown: "rate limited",
  quota_hour: "the hour's quota is used up",
  quota_day: "the day's quota is used up",
  quota_week: "the week's quota is used up",
  quota_month: "the month's quota is used up",
  concurrency: "too many calls at once",
  capacity: "the model is overloaded",
  server_error: "server error",
  transport: "no connection",
  timeout: "no answer in time",
  bad_reply: "an unusable answer",
  broken_stream: "the stream broke",
  model_gone: "the model is gone",
  not_on_plan: "the model is not in this key's plan",
  not_routable: "the model cannot be reached with this key",
  context_too_long: "the prompt is too long for the model",
  too_large: "the request is larger than the limit",
  too_costly: "the request costs more than is left",
  parameter: "a parameter was refused",
  history: "the conversation was refused",
  bad_generation: "the model wrote an invalid answer",
  content_filter: "refused by the content policy",
  client_error: "the request was refused",
  config: "needs configuration",
  aborted: "the client left",
};

/** What happened, in words that go on after a name. */
export function failureMeaning(kind: FailureKind): string {
  return IN_WORDS[kind];
}

/** The same of an outcome that another version may have written down: a kind that is not known is told by its name. */
export function outcomeMeaning(outcome: string): string {
  if (outcome === "ok") return "answered";
  const kind = FAILURE_KINDS.find((known) => known === outcome);
  return kind === undefined ? outcome.replaceAll("_", " ") : IN_WORDS[kind];
}
