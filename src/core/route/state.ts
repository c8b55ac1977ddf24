/**
 * The routing state: everything that decides where a request may go. `apply` is the only way in; it takes what
 * happened and has no clock, no randomness and no I/O, so that the same events always give the same state.
 */
import type { FailureKind } from "../chat/failure.ts";
import { Catalogue } from "./catalogue.ts";
import { consequenceOf } from "./consequence.ts";
import { type Counter, type Need, needFor } from "./counter.ts";
import type { KeyId, ModelKey, RouterEvent } from "./event.ts";
import { WINDOW_MS } from "./limits.ts";
import type { Rest, Target } from "./target.ts";

interface OpenCall {
  target: Target;
  /** Those that were taken from: a change of configuration must not move the call to others. */
  counters: readonly Counter[];
  need: Need;
  at: number;
}

export class RouterState {
  readonly catalogue = new Catalogue();
  /** Calls that are reserved and not settled. */
  readonly #calls = new Map<number, OpenCall>();
  /** Number of events applied. */
  sequence = 0;

  get openCalls(): number {
    return this.#calls.size;
  }

  apply(event: RouterEvent): void {
    this.sequence++;
    const { catalogue } = this;
    switch (event.type) {
      case "provider-set":
        catalogue.setProvider(event.provider, event.models);
        break;
      case "provider-removed":
        catalogue.removeProvider(event.provider);
        break;
      case "key-set":
        catalogue.setKey(event.key);
        break;
      case "key-removed":
        catalogue.removeKey(event.keyId);
        break;
      case "keys-ordered":
        catalogue.orderKeys(event.keyIds);
        break;
      case "models-ordered":
        catalogue.orderModels(event.models);
        break;
      case "models-pinned":
        catalogue.pinModels(event.models);
        break;
      case "model-enabled":
        catalogue.enableModel(event.model, event.enabled);
        break;
      case "key-state-changed": {
        const key = catalogue.keys.get(event.keyId);
        if (key) catalogue.setKey({ ...key, state: event.state, detail: event.detail });
        break;
      }
      case "call-reserved":
        this.#reserve(event);
        break;
      case "call-settled":
        this.#settle(event);
        break;
      case "call-succeeded":
        this.#succeeded(event.keyId, event.model, event.at);
        break;
      case "call-failed": {
        if (consequenceOf(event.failure.kind).breaker) {
          catalogue.models.get(event.model)?.health.failed(event.at);
        }
        break;
      }
      case "limit-observed":
        this.#observe(event);
        break;
      case "parameter-refused":
        catalogue.models.get(event.model)?.refusedParameters.add(event.parameter);
        break;
      case "rest-set": {
        rest(catalogue.rest(event.scope), event.kind, event.until, event.at);
        break;
      }
      case "rest-cleared": {
        const rest = catalogue.rest(event.scope);
        rest.since = 0;
        rest.until = 0;
        rest.kind = null;
        rest.hits = 0;
        break;
      }
      case "usage-restored": {
        this.#restoreUse(event);
        break;
      }
      case "request-finished":
        break;
    }
  }

  #reserve(event: Extract<RouterEvent, { type: "call-reserved" }>): void {
    const target = this.catalogue.target(event.keyId, event.model);
    if (!target) return;
    const output = event.tokens - event.inputTokens;
    const need = needFor(1, event.inputTokens, output, target.model.model.unitCost);
    for (const counter of target.counters) counter.reserve(need, event.at);
    target.model.health.dispatched(event.callId);
    this.#calls.set(event.callId, { target, counters: target.counters, need, at: event.at });
  }

  #settle(event: Extract<RouterEvent, { type: "call-settled" }>): void {
    const call = this.#calls.get(event.callId);
    if (!call) return;
    this.#calls.delete(event.callId);
    const { unitCost } = call.target.model.model;
    const real = needFor(event.requests, event.inputTokens, event.outputTokens, unitCost);
    for (const counter of call.counters) counter.settle(call.need, call.at, event.at, real);
    // A probe that ended without an outcome (the client left) must not block the next one.
    call.target.model.health.ended(event.callId);
  }

  #restoreUse(event: Extract<RouterEvent, { type: "usage-restored" }>): void {
    const target = this.catalogue.target(event.keyId, event.model);
    if (!target) return;
    const { requests, inputTokens, outputTokens } = event;
    const real = needFor(requests, inputTokens, outputTokens, target.model.model.unitCost);
    for (const counter of target.counters) counter.restore(event.to, real);
  }

  #succeeded(keyId: KeyId, model: ModelKey, at: number): void {
    const target = this.catalogue.target(keyId, model);
    if (!target) return;
    target.model.health.succeeded(at);
    for (const rest of target.rests) {
      if (rest.until <= at) rest.hits = 0;
    }
    if (target.key.state !== "healthy" && target.key.state !== "disabled") {
      target.key.state = "healthy";
      target.key.detail = null;
    }
  }

  #observe(event: Extract<RouterEvent, { type: "limit-observed" }>): void {
    const target = this.catalogue.target(event.keyId, event.model);
    if (!target) return;
    for (const observation of event.observations) {
      const { subject } = observation;
      const counter = target.counters.find(
        ({ limit }) =>
          limit.metric === observation.metric &&
          limit.window === observation.window &&
          (subject === undefined || (subject === "pool") === (limit.pool !== null)),
      );
      if (!counter) {
        // The account or the target, whichever the provider spoke of.
        const spent = target.rests[subject === "pool" ? 2 : 0];
        if (spent && observation.remaining === 0 && observation.resetAt !== undefined) {
          const latest = event.at + WINDOW_MS[observation.window];
          rest(spent, "rate_unknown", Math.min(observation.resetAt, latest), event.at);
        }
        continue;
      }
      if (observation.cap !== undefined) counter.learnCap(observation.cap);
      if (observation.remaining !== undefined) {
        counter.correct(observation.remaining, observation.resetAt, event.at);
      }
    }
  }
}

/** A rest that ends later wins. Failures of calls that were under way when it began are no further hits. */
function rest(current: Rest, kind: FailureKind, until: number, at: number): void {
  if (current.until <= at) current.hits++;
  if (until <= current.until) return;
  current.since = at;
  current.until = until;
  current.kind = kind;
}
