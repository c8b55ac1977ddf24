/**
 * The routing state: everything that decides where a request may go. `apply` is the only way in; it takes what
 * happened and has no clock, no randomness and no I/O, so that the same events always give the same state.
 */
import { Zones } from "../chat/zone.ts";
import { type Archive, archiveMap } from "./archive.ts";
import { Catalogue } from "./catalogue.ts";
import { consequenceOf } from "./consequence.ts";
import { Conversations } from "./conversation.ts";
import { type Counter, type Need, needFor } from "./counter.ts";
import { Drains } from "./drains.ts";
import type { KeyId, Learnt, RouterEvent } from "./event.ts";
import { LastCalls } from "./last-calls.ts";
import { learnPace, learntLimits, learnWindow, observe, restoreLimit } from "./learning.ts";
import { COARSE_MS } from "./pace.ts";
import { clearRest, endRest, type Rest, setRest, type Target } from "./target.ts";

interface OpenCall {
  target: Target;
  /** Those that were taken from: a change of configuration must not move the call to others. */
  counters: readonly Counter[];
  /** Those that it may be finding out about. */
  rests: readonly Rest[];
  need: Need;
  estimate: number;
  isRetry: boolean;
  at: number;
}

/** Retries at providers that just failed: this share of the calls in flight, and at least so many. */
const RETRY_SHARE = 0.2;
const LEAST_RETRIES = 3;
const DOUBLED_SHARE = 0.05;

export class RouterState {
  readonly catalogue: Catalogue;
  readonly conversations = new Conversations();
  /** Accounts that the provider seems to count as one. */
  readonly drains = new Drains();
  readonly lastCalls = new LastCalls();
  /** Calls that are reserved and not settled. */
  readonly #calls = new Map<number, OpenCall>();
  /** Number of events applied. */
  sequence = 0;

  /** `zones`: what is known of time zones may be shared. */
  constructor(zones = new Zones()) {
    this.catalogue = new Catalogue(zones);
  }

  /** Calls in flight that are not the first of their request. */
  #retries = 0;

  /** Whether one more retry would leave an outage as small as it is. */
  get allowsRetry(): boolean {
    return this.#retries < Math.max(LEAST_RETRIES, this.#calls.size * RETRY_SHARE);
  }

  /** When each key last served a call. */
  readonly #provenAt = new Map<KeyId, number>();
  /** When a call was last sent. */
  lastUsedAt = Number.NEGATIVE_INFINITY;

  provenAt(keyId: KeyId): number | null {
    return this.#provenAt.get(keyId) ?? null;
  }

  /** Calls sent, and of them those that doubled a slow one. */
  #sent = 0;
  #doubled = 0;

  /** Whether one more call may be doubled: at most one in twenty is. */
  get allowsHedge(): boolean {
    return this.#doubled < this.#sent * DOUBLED_SHARE;
  }

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
        this.#provenAt.delete(event.keyId);
        break;
      case "keys-ordered":
        catalogue.orderKeys(event.keyIds);
        this.conversations.clear();
        break;
      case "models-ordered":
        catalogue.orderModels(event.models);
        this.conversations.clear();
        break;
      case "preferences-set":
        catalogue.prefer(event.preferences);
        break;
      case "models-pinned":
        catalogue.pinModels(event.models);
        this.conversations.clear();
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
        this.#succeeded(event);
        break;
      case "call-failed":
        this.#failed(event);
        break;
      case "limit-observed":
      case "usage-observed":
        observe(catalogue, event, this.drains);
        break;
      case "parameter-refused":
        catalogue.models.get(event.model)?.refusedParameters.add(event.parameter);
        break;
      case "window-refused":
        learnWindow(catalogue.models.get(event.model), event.promptTokens, event.stated);
        break;
      case "rest-set": {
        const { kind, until, guessed = false } = event;
        setRest(catalogue.rest(event.scope), { kind, until, guessed }, event.at);
        break;
      }
      case "rest-cleared":
        clearRest(catalogue.rest(event.scope));
        break;
      case "conversation-bound":
        this.conversations.bind(event.conversation, event);
        break;
      case "usage-restored":
        this.#restoreUse(event);
        break;
      case "learnt-restored":
        this.#restoreLearnt(event.learnt, event.at);
        break;
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
    for (const rest of target.rests) {
      if (rest.guessed && rest.until <= event.at) rest.probe ??= event.callId;
    }
    target.model.pace.add(event.at, 1, 1);
    this.#sent++;
    this.lastUsedAt = event.at;
    this.lastCalls.began(event.callId, target.key.account, event.at);
    if (event.isDouble) this.#doubled++;
    const isRetry = (event.attempt ?? 1) > 1;
    if (isRetry) this.#retries++;
    const { estimate, at } = event;
    const { counters, rests } = target;
    this.#calls.set(event.callId, { target, counters, rests, need, estimate, isRetry, at });
  }

  #settle(event: Extract<RouterEvent, { type: "call-settled" }>): void {
    const call = this.#calls.get(event.callId);
    if (!call) return;
    this.#calls.delete(event.callId);
    this.lastCalls.ended(event.callId, event.at);
    this.#noRetry(call);
    const { unitCost } = call.target.model.model;
    const real = needFor(event.requests, event.inputTokens, event.outputTokens, unitCost);
    for (const counter of call.counters) counter.settle(call.need, call.at, event.at, real);
    const { measured } = call.target.model;
    if (real.tokens > 0 && event.requests > 0) measured.took(event.inputTokens, event.outputTokens);
    if (event.counted) measured.counted(call.estimate, event.inputTokens);
    if (event.generationMs !== undefined) measured.generated(event.outputTokens, event.generationMs);
    // A probe that ended without an outcome (the client left) must not block the next one.
    call.target.model.health.ended(event.callId);
    for (const rest of call.rests) if (rest.probe === event.callId) rest.probe = null;
  }

  #noRetry(call: OpenCall): void {
    if (call.isRetry) this.#retries--;
    call.isRetry = false;
  }

  #restoreUse(event: Extract<RouterEvent, { type: "usage-restored" }>): void {
    const target = this.catalogue.target(event.keyId, event.model);
    if (!target) return;
    const { requests, inputTokens, outputTokens } = event;
    const real = needFor(requests, inputTokens, outputTokens, target.model.model.unitCost);
    for (const counter of target.counters) counter.restore(event.from, event.to, real);
    if (requests > 0 && event.to - event.from < COARSE_MS)
      target.model.pace.add(event.to, requests, requests);
  }

  #succeeded(event: Extract<RouterEvent, { type: "call-succeeded" }>): void {
    const { at } = event;
    const call = event.callId === undefined ? undefined : this.#calls.get(event.callId);
    // It answers: from here on it burdens nobody.
    if (call) this.#noRetry(call);
    const target = this.catalogue.target(event.keyId, event.model);
    if (!target) return;
    target.model.health.succeeded(at);
    target.model.outage.at = Number.NEGATIVE_INFINITY;
    target.model.measured.succeeded(at, event.firstContentMs);
    this.#provenAt.set(event.keyId, at);
    for (const rest of target.rests) if (rest.until <= at) endRest(rest);
    if (target.key.state !== "healthy" && target.key.state !== "disabled") {
      target.key.state = "healthy";
      target.key.detail = null;
    }
  }

  #failed({ keyId, model, at, failure }: Extract<RouterEvent, { type: "call-failed" }>): void {
    const target = this.catalogue.target(keyId, model);
    if (!target) return;
    learnPace(target, failure, at);
    if (!consequenceOf(failure.kind).breaker) return;
    target.model.health.failed(at);
    target.model.outage.at = at;
    target.model.measured.failed(at);
  }

  /** All of it, for `checkpoint.ts`. */
  archive(archive: Archive): void {
    this.sequence = archive.value(this.sequence);
    this.lastUsedAt = archive.value(this.lastUsedAt);
    archiveMap(archive, this.#provenAt);
    this.lastCalls.archive(archive);
    this.#retries = archive.value(this.#retries);
    this.#sent = archive.value(this.#sent);
    this.#doubled = archive.value(this.#doubled);
    const open = [...this.#calls.values()].flatMap((call) => call.counters);
    const counters = this.catalogue.archive(archive, open);
    this.conversations.archive(archive);
    this.drains.archive(archive, counters);
    const calls = [...this.#calls].map(([id, { target, counters: taken, rests, ...call }]) => {
      const place = { keyId: target.key.id, model: target.model.key };
      const scopes = rests.map(({ scope }) => scope);
      return { id, call, ...place, counters: taken.map(counters.numberOf), scopes };
    });
    for (const { id, call, keyId, model, counters: taken, scopes } of archive.value(calls)) {
      const target = this.catalogue.target(keyId, model);
      // Of a key or a model that is gone: what it took counts, and nothing else will come of it.
      const rests = scopes.map((scope) => this.catalogue.rest(scope));
      if (target) this.#calls.set(id, { ...call, target, rests, counters: taken.map(counters.at) });
    }
  }

  /** What is worth keeping over a restart beside the ledger. */
  learnt(now: number): Learnt {
    return {
      limits: learntLimits(this.catalogue, now),
      conversations: this.conversations.all(now),
      measured: [...this.catalogue.models.values()].flatMap((entry) => {
        const memory = entry.isShown ? entry.measured.memory() : null;
        return memory === null ? [] : [{ model: entry.key, ...memory }];
      }),
    };
  }

  #restoreLearnt({ limits, conversations, measured }: Learnt, at: number): void {
    for (const limit of limits) restoreLimit(this.catalogue, limit, at);
    for (const { conversation, ...binding } of conversations) {
      this.conversations.bind(conversation, binding);
    }
    for (const { model, ...memory } of measured) {
      this.catalogue.models.get(model)?.measured.restore(memory);
    }
  }
}
