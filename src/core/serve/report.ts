/** What the client is told about who served it, what was tried, and why nothing was left. */
import { type Failure, failureMeaning } from "../chat/failure.ts";
import type { Problem } from "../chat/problem.ts";
import type { AttemptRecord } from "../route/event.ts";
import type { Outcome } from "../route/failover.ts";
import type { RouteRequest } from "../route/plan.ts";
import { roomOf } from "../route/recount.ts";
import type { Target } from "../route/target.ts";
import { isCountable } from "../route/vocabulary.ts";
import type { Surface } from "../surface/surface.ts";
import type { LiveAnswer } from "./live-answer.ts";
import { type Cause, failureRemedy, keyRemedy, restingFor } from "./remedy.ts";

const LONGEST_TRAIL = 10;

/** `groq/openai/gpt-oss-120b key2=rate_minute; ...`: printable ASCII, ten hops at most. */
function trailHeader(attempts: readonly AttemptRecord[]): string {
  const hops = attempts.slice(0, LONGEST_TRAIL).map(({ provider, model, keyId, outcome }) => {
    return `${provider}/${model} key${keyId.slice(keyId.lastIndexOf("-") + 1)}=${outcome}`;
  });
  if (attempts.length > LONGEST_TRAIL) hops.push(`${attempts.length - LONGEST_TRAIL} more`);
  return printableAscii(hops.join("; "));
}

/** Headers of every answer. Failed attempts are told only when there were any. */
export function answerHeaders(
  requestId: string,
  contentType: string,
  servedBy: Target | null,
  failed: readonly AttemptRecord[],
): Record<string, string> {
  const headers: Record<string, string> = { "x-request-id": requestId, "content-type": contentType };
  if (servedBy) headers["x-routed-via"] = printableAscii(servedBy.model.key);
  if (failed.length > 0) {
    headers["x-fallback-attempts"] = String(failed.length);
    headers["x-fallback-trail"] = trailHeader(failed);
  }
  return headers;
}

/** The error reply of a surface. `headers` come on top of what every error carries. */
export function problemResponse(
  surface: Surface,
  problem: Problem,
  headers: Record<string, string>,
): Response {
  const { status, body } = surface.failure(problem);
  const all: Record<string, string> = { ...headers, "content-type": "application/json" };
  if (problem.retryAfterSeconds !== undefined) all["retry-after"] = String(problem.retryAfterSeconds);
  // SDKs retry every 5xx; only the user can mend this one.
  if (problem.kind === "no_key") all["x-should-retry"] = "false";
  return new Response(body, { status, headers: all });
}

/** Header values take nothing else. */
function printableAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** One line for the trail in an error text: `groq/llama (groq-1): server error`. */
function hopText({ provider, model, keyId, outcome }: Cause): string {
  return `${provider}/${model} (${keyId}): ${outcome === "ok" ? "answered" : failureMeaning(outcome)}`;
}

function triedText(attempts: readonly Cause[], resting: readonly Cause[]): string {
  const causes = attempts.length > 0 ? attempts : resting;
  if (causes.length === 0) return "Nothing could be tried.";
  const shown = causes.slice(0, LONGEST_TRAIL).map(hopText).join("; ");
  const more = causes.length > LONGEST_TRAIL ? `; and ${causes.length - LONGEST_TRAIL} more` : "";
  return `${attempts.length > 0 ? "Tried" : "Not tried again so soon:"} ${shown}${more}.`;
}

/** How large the prompt is, and what would have fitted. */
function tooLongText(model: string, { tokens, candidates }: Sized): string {
  const { input, counted } = tokens;
  const isSure = counted !== undefined && candidates.every(({ model: { model: own } }) => isCountable(own));
  const size = isSure ? inWords(counted) : `about ${inWords(input)}`;
  const room = Math.max(...candidates.map(roomOf));
  const fitting = Number.isFinite(room) ? `: the longest that one of them takes has ${inWords(room)}` : "";
  return `The prompt of ${size} tokens is too long for every model behind "${model}"${fitting}.`;
}

type Sized = Pick<RouteRequest, "tokens" | "candidates">;

function inWords(count: number): string {
  return count.toLocaleString("en-US");
}

/** What the caller of a request without an answer is told. */
export function problemOf(
  outcome: Exclude<Outcome<LiveAnswer>, { kind: "committed" }>,
  model: string,
  named: boolean,
  attempts: readonly AttemptRecord[],
  now: number,
  route: Sized,
): Problem {
  const targets = route.candidates;
  const resting = attempts.length > 0 ? [] : restingFor(targets, now);
  const tried = triedText(attempts, resting);
  const last: Failure | null = outcome.kind === "refused" ? outcome.failure : outcome.last;
  const judged = last === null ? null : requestProblem(last);
  if (outcome.kind === "refused") {
    return judged ?? { kind: "upstream_failed", message: tried };
  }
  const { kind, retryAt } = outcome.why;
  const wait = retryAt === null ? null : Math.max(1, Math.ceil((retryAt - now) / 1000));
  switch (kind) {
    case "no_key": {
      const message = `No usable key for model "${model}". ${keyRemedy(targets)}`;
      return { kind: "no_key", message, parameter: "model" };
    }
    case "incapable": {
      const message = `No model behind "${model}" takes what this request needs (tools, images or a JSON schema). See: freellm models list`;
      return named
        ? { kind: "invalid_request", message, parameter: "model" }
        : { kind: "no_key", message, parameter: "model" };
    }
    case "too_long": {
      const message = `${tooLongText(model, route)} ${tried} See: freellm models list`;
      return { kind: "context_too_long", message, parameter: "messages" };
    }
    case "waiting": {
      const seconds = wait ?? 60;
      const message = `Every model behind "${model}" is at a limit or resting; the first is free again in ${seconds} s. ${tried} See: freellm status`;
      return { kind: "rate_limited", message, retryAfterSeconds: seconds };
    }
    case "failed": {
      if (judged) return judged;
      // What was not sent at all says itself why, and what to do.
      const remedy = last?.rule.startsWith("outbound/")
        ? last.message
        : failureRemedy(attempts.length > 0 ? attempts : resting);
      const message = `Every model behind "${model}" failed. ${tried} ${remedy}`;
      return { kind: "upstream_failed", message, ...(wait === null ? {} : { retryAfterSeconds: wait }) };
    }
  }
}

/** Failures that are the request's own fault; null for all others. */
function requestProblem(failure: Failure): Problem | null {
  switch (failure.kind) {
    case "content_filter":
      return { kind: "content_filter", message: failure.message };
    case "context_too_long":
      return { kind: "context_too_long", message: failure.message, parameter: "messages" };
    case "client_error":
    case "parameter": {
      const parameter = failure.parameter === undefined ? {} : { parameter: failure.parameter };
      return { kind: "invalid_request", message: failure.message, ...parameter };
    }
    default:
      return null;
  }
}
