/** A row of the failure tables, and how it is held against a reply. */

import type { FailureKind, FailureScope } from "../../core/chat/failure.ts";
import type { ReplyHeaders } from "../../core/chat/reply-headers.ts";
import type { TimeWindow } from "../../core/chat/zone.ts";
import type { BodyShape, ErrorBody } from "./error-body.ts";

export interface Rule {
  /** Stable and unique: shown by `freellm explain`. */
  id: string;
  kind: FailureKind;
  scope: FailureScope;
  /** One of these statuses. */
  status?: readonly number[];
  /**
   * Of `codes`, `words` and `quota`, where a row has several, one must hold. `codes`: one of these is a code, type or reason
   * in the body. Lower case; `x*` is any that begins with x.
   */
  codes?: readonly string[];
  /** Found in the words of the body. Whole words only, never a bare number. */
  words?: RegExp;
  /** Found in the id of an exceeded quota. */
  quota?: RegExp;
  /** This header is there and not above zero. */
  spent?: string;
  /** The reply asks for a wait by `Retry-After`. */
  asksToWait?: true;
  /** The words name a limit and a request that is larger than the limit. */
  oversize?: true;
  /** The end of this window counts as stated when the reply names no time itself. Documented. */
  reset?: { window: TimeWindow; zone: string };
  /** The end of that window counts even when the reply names a time: it knows the window better than a short wait does. */
  resetWins?: true;
  /** The request field that was refused. */
  parameter?: string;
  /**
   * So distinctive that it holds for endpoints of unknown make, too: many are the same providers behind a gateway. A shape:
   * only in a body of that shape.
   */
  anywhere?: true | BodyShape;
}

/** Whether a row looks further than the status. */
export function isSpecific(rule: Rule): boolean {
  const { codes, words, quota, spent } = rule;
  return [codes, words, quota, spent].some((condition) => condition !== undefined) || rule.oversize === true;
}

export interface Evidence {
  status: number;
  headers: ReplyHeaders;
  body: ErrorBody;
}

/** Whether a row of another provider may be held against this reply. */
export function isPortable(rule: Rule, { body }: Evidence): boolean {
  return rule.anywhere === true || (rule.anywhere !== undefined && rule.anywhere === body.shape);
}

export function holds(rule: Rule, { status, headers, body }: Evidence): boolean {
  if (rule.status && !rule.status.includes(status)) return false;
  if (rule.spent !== undefined) {
    const left = headers.get(rule.spent);
    if (left === null || !(Number.parseFloat(left) <= 0)) return false;
  }
  if (rule.asksToWait && !headers.has("retry-after") && !body.headers.has("retry-after")) return false;
  if (rule.oversize && !isOversize(body.words)) return false;
  const { codes, words, quota } = rule;
  if (codes === undefined && words === undefined && quota === undefined) return true;
  return (
    codes?.some((code) => hasCode(body, code)) === true ||
    words?.test(body.words) === true ||
    (quota !== undefined && body.quotas.some(({ id }) => quota.test(id)))
  );
}

function hasCode(body: ErrorBody, code: string): boolean {
  if (!code.endsWith("*")) return body.codes.includes(code);
  const start = code.slice(0, -1);
  return body.codes.some((candidate) => candidate.startsWith(start));
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
  /\bmaximum number of tokens(?: allowed)? \(?(\d[\d,]{2,})\b/i,
  /\bmax size: (\d[\d,]{2,}) tokens\b/i,
];

export function statedLimit(words: string): number | undefined {
  for (const pattern of STATED_LIMITS) {
    const match = pattern.exec(words);
    if (match) return toNumber(match[1]);
  }
  return undefined;
}

/** Digits, also in groups: `131,072`. */
export function toNumber(digits: string | undefined): number {
  return Number((digits ?? "").replaceAll(",", ""));
}
