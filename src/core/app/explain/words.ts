/** Decisions in words for a person. Pure. */
import { type FailureKind, failureMeaning, outcomeMeaning } from "../../chat/failure.ts";
import { consequenceOf } from "../../route/consequence.ts";
import type { FailureNote, ObstacleReason } from "../../route/decision.ts";
import type { KeyId, ModelKey } from "../../route/event.ts";
import type { Exhaustion } from "../../route/exhaustion.ts";

/** `detail` says which limit, or which failure it rests after. */
export function whyPassed(reason: ObstacleReason, detail: string | null, until: number | null): string {
  switch (reason) {
    case "removed":
      return "its key or model was removed";
    case "model_disabled":
      return "the model is switched off";
    case "key_disabled":
      return "the key is disabled";
    case "key_invalid":
      return "the provider refuses the key";
    case "no_tools":
      return "it takes no tools";
    case "no_vision":
      return "it takes no images";
    case "no_json_schema":
      return "it takes no JSON schema";
    case "not_private":
      return "its provider may train on what it is sent";
    case "context_too_small":
      return "its context window is too small";
    case "tried":
      return "it had failed this request already";
    case "refused_request":
      return "the same model or provider had refused this request";
    case "resting":
      return `it rests: ${detail === null ? "it had failed" : outcomeMeaning(detail)}`;
    case "breaker_open":
      return "it failed several times in a row";
    case "limit":
      return until === null
        ? `the request is larger than its limit of ${detail ?? "?"}`
        : `its limit of ${detail ?? "?"} is used up`;
  }
}

export function whyNothing(kind: Exhaustion["kind"]): string {
  switch (kind) {
    case "no_key":
      return "there is no usable key for it";
    case "incapable":
      return "no model behind that name takes what the request needs";
    case "too_long":
      return "the request is too large for every model behind that name";
    case "waiting":
      return "every model behind that name is at a limit or resting";
    case "failed":
      return "everything that could be called had failed";
  }
}

export function meaningOf(kind: FailureKind): string {
  return failureMeaning(kind);
}

/** What the failover loop did with such a failure. */
export function whatFollowed({ kind }: FailureNote, retried: boolean): string {
  if (retried) return "it is called once more";
  switch (consequenceOf(kind).onward) {
    case "next":
      return "the next candidate takes over";
    case "other_provider":
      return "another provider may take it once; then the client is told";
    case "larger_window":
      return "only models with a larger context window may take it";
    case "other_model":
      return "other models may take it";
    case "final":
      return "it is final: nobody else is asked";
  }
}

/** What only a person can mend; null where it mends itself. */
export function remedyOf(kind: FailureKind, keyId: KeyId, model: ModelKey): string | null {
  switch (kind) {
    case "invalid_key":
      return `replace the key: freellm keys rotate ${keyId}`;
    case "no_credit":
      return `the account of ${keyId} has no credit left: it serves again when the provider gives it some, or add another key`;
    case "forbidden":
    case "not_on_plan":
    case "not_routable":
      return `if it stays so, leave the model out: freellm models disable ${model}`;
    case "model_gone":
      return `leave it out: freellm models disable ${model}`;
    case "config":
      return `look at the key: freellm keys test ${keyId}`;
    case "context_too_long":
    case "too_large":
      return "shorten the conversation, or use a model with a larger window: freellm models list";
    case "parameter":
    case "client_error":
    case "history":
      return "the message says what the provider does not take; change the request if nobody takes it";
    case "content_filter":
      return "rephrase the request: the provider's content policy refused it";
    default:
      return null;
  }
}
