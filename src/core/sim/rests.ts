/** What rests, and who finds out whether a rest that nobody stated is over, by the events alone. */
import type { RouterEvent } from "../route/event.ts";

export type RestSet = Extract<RouterEvent, { type: "rest-set" }>;

/** Shorter ones are forgotten by a restart. */
const REMEMBERED_MS = 120_000;

export class Rests {
  readonly #rests = new Map<string, RestSet>();
  /** By scope of a guessed rest that is over: the call that finds out. */
  readonly #probes = new Map<string, number>();
  /** What was told to be used up, and until when. */
  readonly #spent = new Map<string, number>();

  get all(): Iterable<RestSet> {
    return this.#rests.values();
  }

  set(rest: RestSet): void {
    const known = this.#rests.get(rest.scope);
    if (known !== undefined && rest.until <= known.until) return;
    this.#rests.set(rest.scope, rest);
    this.#probes.delete(rest.scope);
  }

  /** Of a limit that nobody knows, the target or the account may rest until it is over. */
  spent(scope: string, until: number): void {
    this.#spent.set(scope, Math.max(until, this.#spent.get(scope) ?? 0));
  }

  began(scopes: readonly string[], callId: number, at: number): void {
    if (this.#rests.size === 0) return;
    for (const scope of scopes) {
      const rest = this.#rests.get(scope);
      const findsOut = rest?.guessed === true && rest.until <= at;
      if (findsOut && !this.#probes.has(scope)) this.#probes.set(scope, callId);
    }
  }

  ended(callId: number): void {
    if (this.#probes.size === 0) return;
    for (const [scope, probe] of this.#probes) if (probe === callId) this.#probes.delete(scope);
  }

  /** It answers: what was guessed of it is over. */
  succeeded(scopes: readonly string[], at: number): void {
    if (this.#rests.size === 0) return;
    for (const scope of scopes) {
      if ((this.#rests.get(scope)?.until ?? at + 1) > at) continue;
      this.#rests.delete(scope);
      this.#probes.delete(scope);
    }
  }

  /** The one that forbids a call now; null when none does. */
  forbids(scopes: readonly string[], now: number): RestSet | null {
    return this.#find(scopes, now, true);
  }

  mayForbid(scopes: readonly string[], now: number): boolean {
    if (this.#spent.size > 0 && scopes.some((scope) => now < (this.#spent.get(scope) ?? 0))) return true;
    return this.#find(scopes, now, false) !== null;
  }

  restarted(now: number): void {
    for (const [scope, { at, until }] of this.#rests) {
      if (until - at <= REMEMBERED_MS || until <= now) this.#rests.delete(scope);
    }
    this.#probes.clear();
  }

  /** `surely`: what was told of a limit meanwhile may have replaced a guess. */
  #find(scopes: readonly string[], now: number, surely: boolean): RestSet | null {
    if (this.#rests.size === 0) return null;
    for (const scope of scopes) {
      const rest = this.#rests.get(scope);
      if (rest === undefined) continue;
      if (rest.until > now) return rest;
      const isReplaced = surely && (this.#spent.get(scope) ?? 0) > rest.until;
      if (this.#probes.has(scope) && !isReplaced) return rest;
    }
    return null;
  }
}
