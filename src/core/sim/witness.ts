/** Sees the router's events, keeps its own account of them, and says when a decision was wrong. Shares no counting with the state. */
import { consequenceOf } from "../route/consequence.ts";
import { type Counter, type Need, needFor } from "../route/counter.ts";
import type { RouterEvent } from "../route/event.ts";
import { needOf, type RouteRequest } from "../route/plan.ts";
import type { RouterState } from "../route/state.ts";
import type { Target } from "../route/target.ts";
import { Breakers } from "./breakers.ts";
import { amountOf, type Evidence, type Evident } from "./evidence.ts";
import { EvidenceFiles } from "./evidence-files.ts";
import { isOut, limitName, targetName } from "./referee.ts";
import { Rests } from "./rests.ts";
import type { SimLedger, SimParts } from "./world.ts";

type Reserved = Extract<RouterEvent, { type: "call-reserved" }>;
type Settled = Extract<RouterEvent, { type: "call-settled" }>;

interface Witnessed {
  callId: number;
  model: string;
  need: Need;
  unitCost: Parameters<typeof needFor>[3];
  at: number;
  settledAt: number | null;
  taken: { evidence: Evidence; use: Evident; amount: number }[];
}

/** A settlement waits this long for company: a crash may lose it. */
const LAZY_MS = 260;
const ROUNDING = 1e-6;

export class Witness {
  readonly #files: EvidenceFiles;
  readonly #calls = new Map<number, Witnessed>();
  readonly #rests = new Rests();
  #hasRestarted = false;
  readonly #refused = new Map<string, number>();
  #breakers = new Breakers();

  constructor(parts: Pick<SimParts, "windowOf">) {
    this.#files = new EvidenceFiles(parts.windowOf);
  }

  /** `state`: the one that the event has just been applied to. */
  saw(event: RouterEvent, state: RouterState): void {
    switch (event.type) {
      case "call-reserved": {
        const target = state.catalogue.target(event.keyId, event.model);
        if (target) this.#reserved(event, target);
        break;
      }
      case "call-settled":
        this.#settled(event);
        break;
      case "call-succeeded":
        this.#breakers.succeeded(event.model);
        this.#rests.succeeded(this.#scopes(state.catalogue.target(event.keyId, event.model)), event.at);
        break;
      case "call-failed":
        if (consequenceOf(event.failure.kind).breaker) this.#breakers.failed(event.model, event.at);
        this.#files.learnt(state.catalogue.target(event.keyId, event.model));
        break;
      case "rest-set":
        this.#rests.set(event);
        break;
      case "limit-observed": {
        const target = state.catalogue.target(event.keyId, event.model);
        if (target) this.#told(event, target);
        break;
      }
    }
  }

  /** The model called a prompt of so many estimated tokens too long: it is not asked for such again. */
  tooLong(model: string, tokens: number): void {
    this.#refused.set(model, Math.min(tokens, this.#refused.get(model) ?? tokens));
  }

  /** Why `target` must not be called now; null when it may. `earlier`: those that should have been called before it. */
  objection(request: RouteRequest, target: Target, now: number): string | null {
    const { progress } = request;
    const name = targetName(target);
    if (isOut(target)) return `${name} is out of use`;
    if (progress.tried.has(target)) return `${name} was tried already`;
    const { waitingFor } = progress;
    if (waitingFor !== null && waitingFor.family !== target.model.model.family)
      return `${name} is no equal of what is waited for`;
    const rest = this.#rests.forbids(this.#scopes(target), now);
    if (rest !== null) return `${name} rests until ${rest.until} (${rest.scope}, ${rest.kind})`;
    if (this.#breakers.mustBeOpen(target.model.key, now)) return `the breaker of ${name} is open`;
    const need = needOf(request, target);
    const files = this.#files.of(target);
    for (let index = 0; index < files.length; index++) {
      const evidence = files[index];
      const counter = target.counters[index];
      if (evidence === undefined || counter === undefined || !Number.isFinite(counter.limit.cap)) continue;
      if (this.#isForgotten(counter)) continue;
      const used = evidence.least(now, counter.limit.cap);
      if (used + amountOf(counter.limit.metric, need) > counter.limit.cap + ROUNDING) {
        return `${name}: ${used} of ${limitName(counter.limit)} are used`;
      }
    }
    if (request.weights !== null || target === request.bound) return null;
    for (const earlier of request.candidates) {
      if (earlier === target) break;
      if (!this.isBlocked(request, earlier, now)) return `${targetName(earlier)} comes first and is usable`;
    }
    return null;
  }

  /** Whether there is any reason to leave `target` out now. */
  isBlocked(request: RouteRequest, target: Target, now: number): boolean {
    const { progress, needs, tokens } = request;
    const { model } = target.model;
    if (isOut(target)) return true;
    if (needs.tools && !model.capabilities.tools) return true;
    if (needs.vision && !model.capabilities.vision) return true;
    if (needs.jsonSchema && !model.capabilities.jsonSchema) return true;
    if (needs.private && model.dataUse !== "no_training") return true;
    if (model.contextWindow !== null) {
      if (model.contextWindow <= progress.overflowed || tokens.input > model.contextWindow) return true;
    }
    if (tokens.input >= (this.#refused.get(target.model.key) ?? Number.POSITIVE_INFINITY)) return true;
    if (progress.tried.has(target) || progress.refusedBy.has(target.model)) return true;
    if (progress.objected.has(model.provider)) return true;
    if (progress.waitingFor !== null && progress.waitingFor.family !== model.family) return true;
    if (progress.sparesFailing && this.#breakers.justFailed(model.provider, now)) return true;
    const known = this.#files.about(target);
    if (this.#rests.mayForbid(known.scopes, now)) return true;
    if (this.#breakers.mayBeOpen(target.model.key, now)) return true;
    const need = needOf(request, target);
    const { evidence: files } = known;
    for (let index = 0; index < files.length; index++) {
      const evidence = files[index];
      const counter = target.counters[index];
      if (evidence === undefined || counter === undefined || !Number.isFinite(counter.limit.cap)) continue;
      if (this.#isForgotten(counter)) return true;
      if (
        evidence.most(now, counter.limit.cap) + amountOf(counter.limit.metric, need) >
        counter.limit.cap - ROUNDING
      )
        return true;
    }
    return false;
  }

  /** The program was started again with `state`: what the ledger may have forgotten is uncertain from now on. */
  restarted(now: number, crashedAt: number | null, ledger: SimLedger): void {
    for (const call of this.#calls.values()) {
      const lost = crashedAt !== null && (call.settledAt === null || call.settledAt > crashedAt - LAZY_MS);
      for (const { evidence, use, amount } of call.taken) {
        const { metric } = evidence.limit;
        if (metric === "concurrency") use.least = use.most = 0;
        else if (call.settledAt === null) use.earliest = call.at;
        else if (lost && metric === "requests") use.most = amount;
        else if (lost) {
          use.least = Math.min(use.least, amount);
          use.most = Math.max(use.most, amount);
          use.latest = now;
        }
        if (metric !== "requests" && call.settledAt === null) use.latest = now;
        use.pending = false;
      }
    }
    this.#calls.clear();
    this.#hasRestarted = true;
    for (const evidence of this.#files.all) {
      for (const use of evidence.uses) {
        const slot = ledger.precision(now - use.latest);
        use.latest = Math.min(now, Math.ceil((use.latest + 1) / slot) * slot);
      }
      evidence.others = 0;
    }
    this.#rests.restarted(now);
    this.#breakers = new Breakers();
    this.#files.forgetTargets();
  }

  /** What `state` forgot, or made up; null when nothing is. `all`: every limit was known from the start. */
  missing(state: RouterState, now: number, all: boolean): string | null {
    for (const target of state.catalogue.targets) {
      for (const [index, evidence] of this.#files.of(target).entries()) {
        const counter = target.counters[index];
        if (counter === undefined || !Number.isFinite(counter.limit.cap)) continue;
        const { cap } = counter.limit;
        const used = counter.used(now);
        const least = evidence.least(now, cap);
        if (used < least - ROUNDING) {
          return `${targetName(target)}: ${used} of ${limitName(counter.limit)} after the restart, ${least} were used`;
        }
        const most = evidence.most(now, cap);
        if (all && used > most + ROUNDING) {
          return `${targetName(target)}: ${used} of ${limitName(counter.limit)} after the restart, at most ${most} were used`;
        }
      }
    }
    for (const { scope, until } of this.#rests.all) {
      if (until > now && state.catalogue.rest(scope).until !== until)
        return `the rest of ${scope} was forgotten`;
    }
    return null;
  }

  #reserved(event: Reserved, target: Target): void {
    const { unitCost } = target.model.model;
    const need = needFor(1, event.inputTokens, event.tokens - event.inputTokens, unitCost);
    const taken: Witnessed["taken"] = [];
    for (const evidence of this.#files.of(target)) {
      const amount = amountOf(evidence.limit.metric, need);
      const pending = evidence.limit.metric !== "requests";
      const use = { earliest: event.at, latest: event.at, least: amount, most: amount, pending };
      evidence.prune(event.at);
      evidence.uses.push(use);
      taken.push({ evidence, use, amount });
    }
    const { callId, model, at } = event;
    this.#calls.set(callId, { callId, model, need, unitCost, at, settledAt: null, taken });
    this.#breakers.began(event.model, event.callId);
    this.#rests.began(this.#scopes(target), event.callId, event.at);
    for (const { callId, settledAt } of this.#calls.values()) {
      if (settledAt === null || settledAt > event.at - 2 * LAZY_MS) break;
      this.#calls.delete(callId);
    }
  }

  #settled(event: Settled): void {
    const call = this.#calls.get(event.callId);
    if (!call) return;
    this.#breakers.ended(call.model, event.callId);
    this.#rests.ended(event.callId);
    call.settledAt = event.at;
    const real = needFor(event.requests, event.inputTokens, event.outputTokens, call.unitCost);
    for (const { evidence, use } of call.taken) {
      const amount = amountOf(evidence.limit.metric, real);
      const { metric, reset } = evidence.limit;
      use.least = amount;
      // What a bucket gave back of a call before that turned out not to count stays counted for a while.
      if (metric !== "requests" || reset !== "refill") use.most = amount;
      if (metric !== "requests") use.latest = event.at;
      // After a restart the request's own share of the units is dated when it left.
      if (metric !== "requests" && metric !== "units") use.earliest = event.at;
      use.pending = false;
    }
  }

  #told(event: Extract<RouterEvent, { type: "limit-observed" }>, target: Target): void {
    for (const { metric, window, subject, remaining, resetAt } of event.observations) {
      // Of a limit that nobody knows, the target or the account may rest until it is over.
      if (remaining === 0 && resetAt !== undefined) {
        this.#rests.spent(this.#scopes(target)[subject === "pool" ? 2 : 0] ?? "", resetAt);
      }
      for (const [index, evidence] of this.#files.of(target).entries()) {
        const counter = target.counters[index];
        if (counter?.limit.metric !== metric || counter.limit.window !== window) continue;
        if (remaining === undefined || metric === "concurrency") continue;
        if (subject !== undefined && (subject === "pool") !== (counter.limit.pool !== null)) continue;
        const { cap } = counter.limit;
        evidence.others = Math.max(0, cap - remaining - evidence.least(event.at, cap));
        evidence.othersUntil = resetAt ?? Number.POSITIVE_INFINITY;
      }
    }
  }

  /** What may rest of it. */
  #scopes(target: Target | undefined): readonly string[] {
    return target === undefined ? [] : this.#files.about(target).scopes;
  }

  /** What replies taught may be learnt anew after a restart, without the use of before. */
  #isForgotten({ limit }: Counter): boolean {
    return this.#hasRestarted && (limit.source === "stated" || limit.source === "learned");
  }
}
