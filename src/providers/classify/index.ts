/** What a reply that is no answer means: the only place that looks at status codes and error bodies. */
import { type Failure, type FailureKind, PASSES_WITH_TIME } from "../../core/chat/failure.ts";
import { nextBoundary } from "../../core/chat/zone.ts";
import type { FailedReply, LimitObservation, ProviderSpec } from "../../core/provider.ts";
import { type ReplyClock, skewOf } from "../duration.ts";
import { observeErrorHeaders } from "../meter/index.ts";
import { scrub } from "../scrub.ts";
import { type ErrorBody, readError, readErrorBody } from "./error-body.ts";
import { judgeRate } from "./rate.ts";
import { refusedParameter } from "./refused-parameter.ts";
import { type Evidence, isSpecific, type Rule, statedLimit } from "./rule.ts";
import { findRule } from "./rules/index.ts";
import { clampInstant, statedInstant } from "./wait.ts";

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
  const failure = judge(provider, { status, headers: body.headers, body }, now, 200);
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
  rate_limit_reached: 429,
  rate_limit_error: 429,
  rate_limited: 429,
  too_many_requests: 429,
  too_many_requests_error: 429,
  request_quota_exceeded: 429,
  token_quota_exceeded: 429,
  queue_exceeded: 429,
  resource_exhausted: 429,
  insufficient_quota: 429,
  openrouter_free_tier_daily: 429,
  invalid_api_key: 401,
  authentication_error: 401,
  unauthorized: 401,
  unauthenticated: 401,
  permission_denied: 403,
  model_not_found: 404,
  not_found: 404,
  context_length_exceeded: 400,
  content_filter: 400,
  content_policy_violation: 400,
  tool_use_failed: 400,
  json_validate_failed: 400,
  invalid_request_error: 400,
  invalid_argument: 400,
  failed_precondition: 400,
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
  deadline_exceeded: 504,
};

/** 0 when no code is known. The most telling code comes first, so 400 yields to any other. */
function statusOfCodes(codes: readonly string[]): number {
  const known = codes.flatMap((code) => STATUS_OF_CODE[code] ?? []);
  return known.find((status) => status !== 400) ?? known[0] ?? 0;
}

function judge(provider: Provider, evidence: Evidence, now: number, status: number): Failure {
  const { body, headers } = evidence;
  const clock = { now, skew: skewOf(headers, now) };
  const observations = observeErrorHeaders(provider.headerFamily, headers, body, now);
  const stated = statedInstant(provider.id, body, headers, observations, clock);
  const { row, ...verdict } = decide(provider, evidence, observations, stated && stated - now);
  const failure: Failure = { ...verdict, status, message: describe(body, evidence.status) };
  const until = PASSES_WITH_TIME[failure.kind] && untilOf(failure.kind, row, stated, clock);
  if (until !== undefined) failure.until = until;
  if (failure.kind === "context_too_long" || failure.kind === "too_large") {
    const limit = statedLimit(body.words);
    if (limit !== undefined) failure.statedLimit = limit;
  }
  return failure;
}

/** The end of the documented window, or what the reply states. */
function untilOf(
  kind: FailureKind,
  row: Rule | undefined,
  stated: number | undefined,
  { now, skew }: ReplyClock,
): number | undefined {
  if (row?.reset && (stated === undefined || row.resetWins)) {
    return Math.max(nextBoundary(row.reset.window, row.reset.zone, now + skew) - skew, now + 1_000);
  }
  return stated === undefined ? undefined : clampInstant(stated, now, LONGEST[kind]);
}

interface Verdict extends Pick<Failure, "kind" | "scope" | "rule" | "parameter"> {
  row?: Rule;
}

/** `wait`: what the reply asks for, in milliseconds. */
function decide(
  provider: Provider,
  evidence: Evidence,
  observations: readonly LimitObservation[],
  wait: number | undefined,
): Verdict {
  const { status, body } = evidence;
  const row = findRule(provider.id, evidence);
  if (status === 429 && !(row && isSpecific(row))) {
    const { kind, rule, shared } = judgeRate(body, observations, wait);
    if (row && kind === "rate_unknown") return fromRow(row);
    return { kind, scope: row?.scope ?? (shared ? "account" : "target"), rule };
  }
  if (row && row.kind !== "client_error") return fromRow(row);
  if (row || status === 400 || status === 422) {
    const parameter = refusedParameter(body);
    if (parameter !== undefined) {
      return { kind: "parameter", scope: "request", rule: "generic/parameter", parameter };
    }
    return row ? fromRow(row) : { kind: "client_error", scope: "request", rule: `generic/unknown-${status}` };
  }
  if (status >= 500) return { kind: "server_error", scope: "model", rule: "generic/5xx" };
  if (status >= 300 && status < 400) return { kind: "config", scope: "target", rule: "generic/redirect" };
  if (status >= 400) return { kind: "client_error", scope: "request", rule: "generic/unknown-4xx" };
  return { kind: "bad_reply", scope: "model", rule: "generic/unknown-in-reply" };
}

function fromRow(row: Rule): Verdict {
  const verdict: Verdict = { kind: row.kind, scope: row.scope, rule: row.id, row };
  if (row.parameter !== undefined) verdict.parameter = row.parameter;
  return verdict;
}

function describe(body: ErrorBody, status: number): string {
  if (body.html) return `an HTML page with status ${status}`;
  const words = scrub(body.words);
  if (words !== "") return words;
  // A code of plain words cannot be a key.
  const code = body.codes.find((candidate) => /^[a-z]+(?:_[a-z]+)*$/.test(candidate));
  return code ?? `status ${status} without an explanation`;
}
