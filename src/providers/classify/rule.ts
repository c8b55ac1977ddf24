/** A row of the failure tables, and how it is held against a reply. All conditions that a row names must hold. */
import type { Failure, FailureKind, FailureScope } from "../../core/chat/failure.ts";
import type { ErrorBody } from "./error-body.ts";

export interface Rule {
  /** Stable: shown by `freellm explain`. */
  id: string;
  kind: FailureKind;
  scope: FailureScope;
  /** One of these statuses. */
  status?: readonly number[];
  /** One of these is a code, type or reason in the body. Lower case. */
  codes?: readonly string[];
  /** Found in the words of the body. Whole words only, never a bare number. */
  words?: RegExp;
  /** This header is there and not above zero. */
  spent?: string;
  /** The reply asks for a wait by `Retry-After`. */
  asksToWait?: true;
  /** The words name a limit and a request that is larger than the limit. */
  oversize?: true;
  /** The end of this window in UTC counts as stated when the reply names no time itself. */
  documentedReset?: "day" | "month";
  /** The end of that window counts even when the reply names a time: it knows the window better than a short wait does. */
  resetWins?: true;
  /** The request field that was refused. */
  parameter?: string;
  /** So distinctive that it holds for endpoints of unknown make, too: many are the same providers behind a gateway. */
  anywhere?: true;
}

/** Whether a row looks further than the status. */
export function isSpecific(rule: Rule): boolean {
  return (
    rule.codes !== undefined || rule.words !== undefined || rule.spent !== undefined || rule.oversize === true
  );
}

export interface Evidence {
  status: number;
  headers: Headers;
  body: ErrorBody;
}

export function holds(rule: Rule, { status, headers, body }: Evidence): boolean {
  if (rule.status && !rule.status.includes(status)) return false;
  if (rule.codes && !rule.codes.some((code) => body.codes.includes(code))) return false;
  if (rule.words && !rule.words.test(body.words)) return false;
  if (rule.spent !== undefined) {
    const left = headers.get(rule.spent);
    if (left === null || !(Number.parseFloat(left) <= 0)) return false;
  }
  if (rule.asksToWait && headers.get("retry-after") === null && body.headers["retry-after"] === undefined) {
    return false;
  }
  return !rule.oversize || isOversize(body.words);
}

const OVERSIZE = /\blimit:? (\d[\d,]*)\b.{0,60}?\brequested:? (\d[\d,]*)\b/i;

function isOversize(words: string): boolean {
  const match = OVERSIZE.exec(words);
  return match !== null && toNumber(match[2]) > toNumber(match[1]);
}

/** The limit in tokens that the words name. */
const STATED_LIMITS: readonly RegExp[] = [
  /\b(?:maximum|max) (?:context|input|prompt|sequence)?[ -]?(?:length|window|size|tokens?)(?: of the model)?(?: is| of|:)? (\d[\d,]{2,})\b/i,
  /\bcontext (?:length|window|size)(?: limit)?(?: is| of|:)? \(?(\d[\d,]{2,})\b/i,
  /\b(?:maximum|limit)(?: of| is|:)? (\d[\d,]{2,})\b/i,
  /> (\d[\d,]{2,}) maximum\b/i,
];

export function statedLimit(words: string): number | undefined {
  for (const pattern of STATED_LIMITS) {
    const match = pattern.exec(words);
    if (match) return toNumber(match[1]);
  }
  return undefined;
}

function toNumber(digits: string | undefined): number {
  return Number((digits ?? "").replaceAll(",", ""));
}

/** The kinds for which a stated time means something. */
const TIMED: ReadonlySet<FailureKind> = new Set([
  "no_credit",
  "rate_minute",
  "rate_unknown",
  "quota_hour",
  "quota_day",
  "quota_week",
  "quota_month",
  "concurrency",
  "capacity",
  "server_error",
  "timeout",
]);

export function mayRest(failure: Pick<Failure, "kind">): boolean {
  return TIMED.has(failure.kind);
}
