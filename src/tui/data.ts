/** What the dashboard knows of the server: the last state it gave, what happened since, and what is under way. All bounded. */

import type { FailureKind } from "../core/chat/failure.ts";
import type { ExplanationView } from "../core/command/explain.ts";
import type { AnalyticsRange, AnalyticsView, Snapshot } from "../core/command.ts";
import type { KeyId, ModelKey, RequestRecord, RouterEvent } from "../core/route/event.ts";
import { Rates } from "./rates.ts";

/** One call of a request that is under way. */
export interface LiveCall {
  callId: number;
  keyId: KeyId;
  model: ModelKey;
  at: number;
  state: "waiting" | "streaming" | "ended";
  failure: FailureKind | null;
  status: number | null;
}

export interface LiveRequest {
  id: string;
  at: number;
  calls: LiveCall[];
}

export type Link =
  | { state: "connecting" }
  | { state: "live" }
  /** Times by this machine's clock. */
  | { state: "lost"; since: number; reason: string; retryAt: number };

/** What the server says of how a request was decided. */
export type Explained =
  | { state: "asking" }
  | { state: "known"; explanation: ExplanationView }
  | { state: "failed"; reason: string };

export interface Data {
  readonly snapshot: Snapshot | null;
  readonly link: Link;
  /** The server's clock minus this machine's, in milliseconds. */
  readonly skew: number;
  /** Latest first. */
  readonly requests: readonly RequestRecord[];
  readonly live: readonly LiveRequest[];
  readonly rates: Rates;
  readonly analytics: Readonly<Partial<Record<AnalyticsRange, AnalyticsView>>>;
  /** By the id of the request. */
  readonly explained: ReadonlyMap<string, Explained>;
}

const KEPT_REQUESTS = 500;
const KEPT_LIVE = 200;
const KEPT_CALLS = 20;
const KEPT_EXPLANATIONS = 20;
/** Longer than any request lasts: its end was missed. */
const LIVE_MS = 15 * 60_000;

export class Knowledge implements Data {
  snapshot: Snapshot | null = null;
  link: Link = { state: "connecting" };
  skew = 0;
  readonly rates = new Rates();
  readonly analytics: Partial<Record<AnalyticsRange, AnalyticsView>> = {};
  readonly explained = new Map<string, Explained>();
  #requests: RequestRecord[] = [];
  readonly #live = new Map<string, LiveRequest>();
  /** Events up to here are in. */
  #sequence = -1;

  /** Latest first. */
  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  get live(): readonly LiveRequest[] {
    return [...this.#live.values()].reverse();
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** `here`: this machine's clock when it came. `whole`: events may have been missed before it. */
  takeSnapshot(snapshot: Snapshot, here: number, whole: boolean): void {
    this.snapshot = snapshot;
    this.skew = snapshot.now - here;
    if (whole) {
      this.#live.clear();
      this.#sequence = snapshot.seq;
    }
    const known = new Set(this.#requests.map(({ id }) => id));
    const missed = snapshot.requests.filter(({ id }) => !known.has(id));
    if (missed.length === 0) return;
    for (const record of [...missed].reverse()) this.rates.add(record);
    const all = [...this.#requests, ...missed].sort((one, other) => other.at - one.at);
    this.#requests = all.slice(0, KEPT_REQUESTS);
  }

  explain(id: string, explained: Explained): void {
    this.explained.delete(id);
    this.explained.set(id, explained);
    const [oldest] = this.explained.keys();
    if (this.explained.size > KEPT_EXPLANATIONS && oldest !== undefined) this.explained.delete(oldest);
  }

  takeEvents(events: readonly { sequence: number; event: RouterEvent }[]): void {
    const finished: RequestRecord[] = [];
    for (const { sequence, event } of events) {
      if (sequence <= this.#sequence) continue;
      this.#sequence = sequence;
      this.#apply(event);
      if (event.type === "request-finished") finished.push(event.record);
    }
    if (finished.length === 0) return;
    const known = new Set(this.#requests.slice(0, 200).map(({ id }) => id));
    const fresh = finished.filter(({ id }) => !known.has(id));
    for (const record of fresh) this.rates.add(record);
    this.#requests = [...fresh.reverse(), ...this.#requests].slice(0, KEPT_REQUESTS);
  }

  #apply(event: RouterEvent): void {
    switch (event.type) {
      case "call-reserved": {
        if (event.requestId === undefined) break;
        const request = this.#live.get(event.requestId) ?? { id: event.requestId, at: event.at, calls: [] };
        this.#live.set(request.id, request);
        const { callId, keyId, model, at } = event;
        request.calls.push({ callId, keyId, model, at, state: "waiting", failure: null, status: null });
        if (request.calls.length > KEPT_CALLS) request.calls.shift();
        this.#forgetOld(event.at);
        break;
      }
      case "call-succeeded": {
        const call = this.#find(event.keyId, event.model, "waiting");
        if (call) call.state = "streaming";
        break;
      }
      case "call-settled": {
        for (const request of this.#live.values()) {
          const call = request.calls.find(({ callId }) => callId === event.callId);
          if (call) call.state = "ended";
        }
        break;
      }
      case "call-failed": {
        const call = this.#find(event.keyId, event.model, "ended");
        if (!call) break;
        call.failure = event.failure.kind;
        call.status = event.failure.status ?? null;
        break;
      }
      case "request-finished":
        this.#live.delete(event.record.id);
        break;
    }
  }

  /** Events of a call's end name its target alone: the latest call there that has no outcome yet is meant. */
  #find(keyId: KeyId, model: ModelKey, state: LiveCall["state"]): LiveCall | undefined {
    for (const request of [...this.#live.values()].reverse()) {
      const call = request.calls.at(-1);
      const isMeant = call?.state === state && call.failure === null;
      if (isMeant && call.keyId === keyId && call.model === model) return call;
    }
    return undefined;
  }

  #forgetOld(now: number): void {
    for (const [id, { at }] of this.#live) {
      if (this.#live.size <= KEPT_LIVE && now - at < LIVE_MS) break;
      this.#live.delete(id);
    }
  }
}
