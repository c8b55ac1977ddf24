/** What the failover loop asks of the world on behalf of one request. */
import type { Failure } from "../chat/failure.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { Need } from "../route/counter.ts";
import type { AttemptRecord, RouterEvent } from "../route/event.ts";
import type { CallNumber, FailoverPorts } from "../route/failover.ts";
import type { RouteRequest } from "../route/plan.ts";
import { hingesOnCount } from "../route/recount.ts";
import type { Reservation } from "../route/reservation.ts";
import type { Target } from "../route/target.ts";
import type { ClientLink } from "./client-link.ts";
import type { Gateway } from "./gateway.ts";
import { reserve } from "./reserve.ts";
import type { Trace } from "./trace.ts";
import type { Place } from "./waiters.ts";

/** What all the ways of one request have in common. */
export interface RoutedFacts {
  readonly id: string;
  /** Its place in the line of those that wait. */
  readonly place: Place;
  readonly trace: Trace;
  /** The hops that failed, in order. */
  readonly failed: AttemptRecord[];
}

export class RoutePorts implements FailoverPorts {
  readonly #gateway: Gateway;
  readonly #client: ClientLink;
  readonly #routed: RoutedFacts;
  readonly #route: RouteRequest;
  readonly #request: ChatRequest;
  readonly #since: number;
  readonly #estimate: number;
  #wasCounted = false;

  /** `since`: when this way began, on the monotonic clock. */
  constructor(
    gateway: Gateway,
    client: ClientLink,
    routed: RoutedFacts,
    route: RouteRequest,
    request: ChatRequest,
    since: number,
  ) {
    this.#gateway = gateway;
    this.#client = client;
    this.#routed = routed;
    this.#route = route;
    this.#request = request;
    this.#since = since;
    this.#estimate = route.tokens.input;
  }

  now(): number {
    const { clock, state } = this.#gateway;
    return this.#routed.trace.looked(clock.now(), state.sequence);
  }

  elapsed(): number {
    return this.#gateway.clock.monotonic() - this.#since;
  }

  record(event: RouterEvent): void {
    this.#gateway.record(event);
  }

  reserve(target: Target, need: Need, call: CallNumber): Reservation {
    const { id, place, trace } = this.#routed;
    trace.chosen(this.#route, target, need, call);
    this.#gateway.waiters.took(place);
    return reserve(this.#gateway, target, need, this.#estimate, call, id);
  }

  allowsHedge(): boolean {
    return this.#gateway.limits.hedge && this.#gateway.state.allowsHedge;
  }

  allowsRetry(): boolean {
    return this.#gateway.state.allowsRetry;
  }

  wait(until: number): Promise<void> {
    const { clock, waiters } = this.#gateway;
    const waited = this.#routed.trace.waits(this.#route, until);
    return waiters.wait(until, this.#client.signal, this.#routed.place).finally(() => {
      waited.durationMs = clock.now() - waited.at;
    });
  }

  recount(chosen: Target | null, now: number): Promise<void> | null {
    const route = this.#route;
    if (this.#wasCounted || !hingesOnCount(route, chosen, now)) return null;
    this.#wasCounted = true;
    const { clock, tokenizer } = this.#gateway;
    return tokenizer.count(this.#request).then((counted) => {
      if (counted === null) return;
      this.#routed.trace.counted(route, counted, clock.now());
      route.tokens = { ...route.tokens, counted };
    });
  }

  hop(target: Target, failure: Failure, startedAt: number): void {
    if (failure.kind === "invalid_key") this.#gateway.doubt(target.key.id);
    const durationMs = this.#gateway.clock.now() - startedAt;
    this.#routed.trace.failed(target, failure, durationMs);
    this.#routed.failed.push(attemptRecord(target, failure, durationMs));
  }
}

/** A hop of the trail; `failure` null for the one that answered. */
export function attemptRecord(target: Target, failure: Failure | null, durationMs: number): AttemptRecord {
  return {
    provider: target.key.provider,
    model: target.model.model.id,
    keyId: target.key.id,
    outcome: failure?.kind ?? "ok",
    status: failure?.status ?? null,
    rule: failure?.rule ?? null,
    message: failure?.message ?? null,
    durationMs,
  };
}
