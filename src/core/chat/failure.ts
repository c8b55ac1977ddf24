/** What can go wrong with one attempt, as a closed union. `providers/classify.ts` is the only file that makes one out of a reply. */

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
  /** The rule that decided, for `freellm explain`: `groq/429-tokens-per-minute`, `generic/5xx`. */
  rule: string;
  /** In our own words plus at most 300 characters of scrubbed upstream text; never a key, never HTML. */
  message: string;
  /** The request field that was refused (kind `parameter`), as the provider names it. */
  parameter?: string;
  /** The context window or token limit that the provider stated, in tokens. */
  statedLimit?: number;
}
