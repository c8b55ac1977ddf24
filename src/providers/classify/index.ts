/** What a reply that is no answer means: the only place that looks at status codes and error bodies. */
import type { Failure, FailureKind } from "../../core/chat/failure.ts";
import type { FailedReply, LimitObservation, ProviderSpec } from "../../core/provider.ts";
import { observeHeaders } from "../meter.ts";
import { scrub } from "../scrub.ts";
import { type ErrorBody, readError, readErrorBody } from "./error-body.ts";
import { judgeRate } from "./rate.ts";
import { refusedParameter } from "./refused-parameter.ts";
import { type Evidence, isSpecific, mayRest, type Rule, statedLimit } from "./rule.ts";
import { findRule } from "./rules.ts";
import { clampInstant, nextInUtc, statedInstant } from "./wait.ts";

export { embeddedError } from "./error-body.ts";
export { classifyError } from "./transport.ts";

type Provider = Pick<ProviderSpec, "id" | "headerFamily">;

/** Weeks and months outlast the usual bound of a day. */
const LONGEST: Partial<Record<FailureKind, number>> = {
  quota_week: 7 * 86_400_000,
  quota_month: 31 * 86_400_000,
};

/** Classifies a reply with an error status. Never throws. */
export function classify(provider: Provider, reply: FailedReply): Failure {
  const body = readErrorBody(reply.body);
  return judge(provider, { status: reply.status, headers: reply.headers, body }, reply.now, reply.status);
}

/**
 * Classifies an error that came under HTTP 200, in place of an answer or in the middle of it, by the status or code
 * inside. `committed`: a part of the answer was out already; then a fault of the server is a broken stream.
 */
export function classifyEmbedded(
  provider: Provider,
  error: unknown,
  now: number,
  committed: boolean,
): Failure {
  const body = readError(error);
  const status = body.status ?? statusOfCodes(body.codes);
  const failure = judge(provider, { status, headers: new Headers(body.headers), body }, now, 200);
  if (!committed || !FAULTS_OF_THE_SERVER.has(failure.kind)) return failure;
  return { ...failure, kind: "broken_stream" };
}

/** HTTP 200 without an answer in it. */
export function badReply(rule: string, message: string): Failure {
  return { kind: "bad_reply", scope: "model", status: 200, rule, message };
}

export function contentFiltered(message: string): Failure {
  return {
    kind: "content_filter",
    scope: "request",
    status: 200,
    rule: "generic/content-filter-finish",
    message,
  };
}

const FAULTS_OF_THE_SERVER: ReadonlySet<FailureKind> = new Set([
  "server_error",
  "transport",
  "timeout",
  "capacity",
  "bad_reply",
]);

/** Statuses for errors that carry a name in place of a number. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  rate_limit_error: 429,
  rate_limited: 429,
  too_many_requests: 429,
  resource_exhausted: 429,
  insufficient_quota: 429,
  openrouter_free_tier_daily: 429,
  invalid_api_key: 401,
  authentication_error: 401,
  unauthorized: 401,
  unauthenticated: 401,
  permission_denied: 403,
  model_not_found: 404,
  context_length_exceeded: 400,
  content_filter: 400,
  content_policy_violation: 400,
  tool_use_failed: 400,
  json_validate_failed: 400,
  invalid_request_error: 400,
  server_error: 500,
  internal_server_error: 500,
  internal_error: 500,
  internal: 500,
  api_error: 500,
  overloaded_error: 503,
  overloaded: 503,
  service_unavailable: 503,
  unavailable: 503,
  timeout: 504,
};

/** 0 when no code is known. The most telling code comes first, so 400 yields to any other. */
function statusOfCodes(codes: readonly string[]): number {
  const known = codes.flatMap((code) => STATUS_OF_CODE[code] ?? []);
  return known.find((status) => status !== 400) ?? known[0] ?? 0;
}

function judge(provider: Provider, evidence: Evidence, now: number, status: number): Failure {
  const { body, headers } = evidence;
  const observations = observeHeaders(provider.headerFamily, headers, now);
  const stated = statedInstant(body, headers, observations, now);
  const failure: Failure = { ...decide(provider, evidence, observations, stated, now), status };
  const rule = failure.rule;
  const instant = failure.until ?? stated;
  delete failure.until;
  if (instant !== undefined && mayRest(failure)) {
    failure.until = clampInstant(instant, now, LONGEST[failure.kind]);
  }
  if (failure.kind === "context_too_long" || failure.kind === "too_large") {
    const limit = statedLimit(body.words);
    if (limit !== undefined) failure.statedLimit = limit;
  }
  return { ...failure, rule, message: describe(body, evidence.status) };
}

function decide(
  provider: Provider,
  evidence: Evidence,
  observations: readonly LimitObservation[],
  stated: number | undefined,
  now: number,
): Failure {
  const { status, body } = evidence;
  const row = findRule(provider.id, evidence);
  if (row && (status !== 429 || isSpecific(row))) return fromRule(row, stated, now);
  if (status === 429) {
    const verdict = judgeRate(body, observations, stated === undefined ? undefined : stated - now);
    return row && verdict.kind === "rate_unknown"
      ? fromRule(row, stated, now)
      : { ...verdict, scope: row?.kind === verdict.kind ? row.scope : "target", message: "" };
  }
  if (status === 400 || status === 422) {
    const parameter = refusedParameter(body);
    if (parameter !== undefined) {
      return { kind: "parameter", scope: "request", rule: "generic/parameter", message: "", parameter };
    }
    return { kind: "client_error", scope: "request", rule: "generic/client-error", message: "" };
  }
  if (status >= 500) return { kind: "server_error", scope: "model", rule: "generic/5xx", message: "" };
  if (status >= 300 && status < 400) {
    return { kind: "config", scope: "target", rule: "generic/redirect", message: "" };
  }
  if (status >= 400) return { kind: "client_error", scope: "request", rule: "generic/4xx", message: "" };
  return { kind: "bad_reply", scope: "model", rule: "generic/error-in-reply", message: "" };
}

function fromRule(rule: Rule, stated: number | undefined, now: number): Failure {
  const failure: Failure = { kind: rule.kind, scope: rule.scope, rule: rule.id, message: "" };
  if (rule.parameter !== undefined) failure.parameter = rule.parameter;
  if (rule.documentedReset !== undefined && (stated === undefined || rule.resetWins)) {
    failure.until = nextInUtc(rule.documentedReset, now);
  }
  return failure;
}

function describe(body: ErrorBody, status: number): string {
  if (body.html) return `an HTML page with status ${status}`;
  const words = scrub(body.words);
  if (words !== "") return words;
  // A code of plain words cannot be a key.
  const code = body.codes.find((candidate) => /^[a-z]+(?:_[a-z]+)*$/.test(candidate));
  return code ?? `status ${status} without an explanation`;
}
