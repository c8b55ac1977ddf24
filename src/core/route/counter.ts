/** One limit with what is used of it. Several targets share a counter when the limit spans models or keys. */
import type { Zones } from "../chat/zone.ts";
import type { Archive, Numbered } from "./archive.ts";
import { type LearntSource, type LimitSpec, type ToldSource, WINDOW_MS } from "./limits.ts";
import { amountOf, type Need } from "./need.ts";
import { Others, type Partner } from "./others.ts";
import { COARSE_MS, Pace } from "./pace.ts";
import type { UseWindow } from "./use-window.ts";
import { createWindow } from "./window.ts";

export { type Need, needFor } from "./need.ts";

/** A call in flight has no known end: look again after this long. */
const IN_FLIGHT_RECHECK_MS = 250;

/** What is left of the rate after a refusal, and by how much it grows in each window without one. */
const BACK_OFF = 0.8;
const RECOVERY = 0.1;
/** A learnt rate this high does not bind a single person any more. */
const UNLIMITED_AGAIN = 1_000;

export class Counter implements Partner {
  /** What counts how; its cap and source change when the provider states others. */
  limit: LimitSpec;
  readonly provider: string;
  /** Key id, account id or provider id: whose counter it is. */
  readonly owner: string;
  /** Model key or pool name; null when every model of the owner counts. */
  readonly subject: string | null;
  /** What it counts, whoever owns it. */
  readonly kind: string;
  /** The limit as configured: when that changes, what was learnt before does not hold. */
  #configured: LimitSpec;
  readonly #window: UseWindow;
  readonly #others = new Others<Counter>();
  /** When a refusal last taught the cap; null while it is not learnt. */
  #backedOffAt: number | null = null;
  /** Reserved and not settled: tokens, or calls for `concurrency`. */
  #pending = 0;
  /** What was used when that was last worked out, and from when until when it stays so. */
  #used = 0;
  #usedFrom = Number.POSITIVE_INFINITY;
  #usedUntil = Number.NEGATIVE_INFINITY;
  /** All that was ever taken from it. */
  taken = 0;
  /** Made with the first use. */
  #pace: Pace | null = null;

  constructor(limit: LimitSpec, provider: string, owner: string, subject: string | null, zones: Zones) {
    this.limit = limit;
    this.#configured = limit;
    this.provider = provider;
    this.owner = owner;
    this.subject = subject;
    this.kind = `${provider}|${subject ?? ""}|${limit.metric}|${limit.window}|${limit.pool !== null}`;
    this.#window = createWindow(limit.window, limit.reset, () => this.limit.cap, zones);
  }

  configure(limit: LimitSpec): void {
    if (limit.cap !== this.#configured.cap || this.learnt === null) this.limit = limit;
    this.#configured = limit;
    this.#changed();
  }

  used(now: number): number {
    if (now >= this.#usedFrom && now < this.#usedUntil) return this.#used;
    if (this.#backedOffAt !== null) this.#recover(now);
    this.#used = this.own(now) + this.#others.sum(now);
    this.#usedFrom = now;
    // A cap that grows again does so when somebody asks.
    const stays = this.#backedOffAt === null ? this.#others.staysUntil(now) : now;
    const isInFlight = this.limit.metric === "concurrency";
    this.#usedUntil = isInFlight ? stays : Math.min(stays, this.#window.staysUntil(now));
    return this.#used;
  }

  /** Something happened: what is used has to be worked out anew. */
  #changed(): void {
    this.#usedUntil = Number.NEGATIVE_INFINITY;
  }

  left(now: number): number {
    return Math.max(0, this.limit.cap - this.used(now));
  }

  /** What of that which counts now will still count at later instants; to be asked in their order. */
  decline(now: number): (at: number) => number {
    const own = this.ownDecline(now);
    const others = this.#others.decline(now);
    return (at) => own(at) + others(at);
  }

  own(now: number): number {
    return this.limit.metric === "concurrency" ? this.#pending : this.#window.used(now) + this.#pending;
  }

  ownDecline(now: number): (at: number) => number {
    const settled = this.#window.decline(now);
    return (at) => settled(at) + this.#pending;
  }

  ownFreeAt(now: number, amount: number): number {
    const kept = Math.max(0, this.#window.used(now) - amount);
    return Math.max(this.#window.freeAt(now, kept), now + IN_FLIGHT_RECHECK_MS);
  }

  ownEmptyAt(now: number): number {
    return this.#window.emptyAt(now);
  }

  /** How fast it is used up: by its own calls, and by those that count with them. */
  paces(now: number): Pace[] {
    return [this, ...this.partners(now)].flatMap((counter) => counter.#pace ?? []);
  }

  /** Whose use counts here, too. */
  partners(now: number): readonly Counter[] {
    return this.#others.partners(now);
  }

  /** Use by others that the provider told of last. */
  unseen(now: number): number {
    return this.#others.unseen(now);
  }

  /** From now on, until `until`, what is taken from the one counts at the other, too. */
  join(other: Counter, until: number, now: number): void {
    this.#others.join(other, until, now);
    other.#others.join(this, until, now);
    this.#changed();
    other.#changed();
  }

  /** The calls of `old` come here from now on: what they took still counts. */
  inherit(old: Counter): void {
    this.#others.inherit(this, old, old.#others);
    this.#changed();
  }

  hasRoom(need: Need, now: number): boolean {
    const used = this.used(now);
    return used + this.amountOf(need) <= this.limit.cap;
  }

  /** null when there is room; else the earliest instant at which there may be, Infinity when there never is. */
  blockedUntil(need: Need, now: number): number | null {
    const amount = this.amountOf(need);
    const used = this.used(now);
    const { cap } = this.limit;
    if (amount > cap) return Number.POSITIVE_INFINITY;
    if (used + amount <= cap) return null;
    if (this.own(now) + amount <= cap) return this.#others.freeAt(now, used + amount - cap);
    const allowed = cap - amount - this.#pending;
    if (this.limit.metric === "concurrency" || allowed < 0) return now + IN_FLIGHT_RECHECK_MS;
    return this.#window.freeAt(now, allowed);
  }

  /** Requests count from dispatch on; tokens and concurrency are pending until the call is settled. */
  reserve(need: Need, at: number): void {
    if (this.limit.metric === "requests") {
      this.#take(at, need.requests, 1);
    } else {
      this.#pending += this.amountOf(need);
      this.#changed();
    }
  }

  settle(need: Need, reservedAt: number, at: number, real: Need): void {
    if (this.limit.metric === "requests") {
      if (real.requests < need.requests) this.#take(reservedAt, real.requests - need.requests, -1);
      return;
    }
    this.#pending = Math.max(0, this.#pending - this.amountOf(need));
    this.#changed();
    if (this.limit.metric !== "concurrency") this.#take(at, this.amountOf(real), 1);
  }

  /** Use from before a restart, between `from` and `to`: it is dated at its end. */
  restore(from: number, to: number, real: Need): void {
    if (this.limit.metric === "concurrency") return;
    const amount = this.amountOf(real);
    if (amount === 0) return;
    this.#window.add(to, amount);
    this.#changed();
    if (to - from < COARSE_MS) this.#paceOf().add(to, amount, Math.max(1, real.requests));
  }

  #take(at: number, amount: number, calls: number): void {
    this.#window.add(at, amount);
    this.#changed();
    this.taken += amount;
    if (Number.isFinite(this.limit.cap)) this.#paceOf().add(at, amount, calls);
  }

  #paceOf(): Pace {
    this.#pace ??= new Pace(WINDOW_MS[this.limit.window] >= WINDOW_MS.hour);
    return this.#pace;
  }

  /** The provider refused a call that this limit had room for. */
  backOff(now: number): void {
    this.#recover(now);
    // One that was refused alone was not refused for our pace.
    if (this.own(now) <= 1) return;
    const cap = Math.max(1, Math.floor(Math.min(this.own(now), this.limit.cap) * BACK_OFF));
    this.limit = { ...this.limit, cap, source: "learned" };
    this.#backedOffAt = now;
    this.#changed();
  }

  /** One step for each window since the last refusal, up to what was known before. */
  #recover(now: number): void {
    const span = WINDOW_MS[this.limit.window];
    while (this.#backedOffAt !== null && now - this.#backedOffAt >= span) {
      this.#backedOffAt += span;
      const cap = this.limit.cap + Math.max(1, Math.floor(this.limit.cap * RECOVERY));
      if (cap < Math.min(this.#configured.cap, UNLIMITED_AGAIN)) {
        this.limit = { ...this.limit, cap };
      } else {
        this.limit = this.#configured;
        this.#backedOffAt = null;
      }
    }
  }

  /** A cap that was learnt before a restart; null for one that is only what the configuration says. */
  get learnt(): { cap: number; source: LearntSource } | null {
    const { cap, source } = this.limit;
    return source === "documented" || source === "user" || source === "guessed" ? null : { cap, source };
  }

  restoreLearnt(cap: number, source: LearntSource, now: number): void {
    this.limit = { ...this.limit, cap, source };
    this.#backedOffAt = source === "learned" ? now : null;
    this.#changed();
  }

  /** The provider stated its cap. */
  learnCap(cap: number, source: ToldSource = "stated"): void {
    this.#backedOffAt = null;
    if (cap !== this.limit.cap || this.limit.source !== source) this.limit = { ...this.limit, cap, source };
    this.#changed();
  }

  /**
   * The provider counted `remaining` left of the cap: what our own count does not explain was used by somebody else, and
   * counts until `resetAt`. Each statement replaces the one before, unless it is `isLate`; our own count is never lowered.
   */
  correct(remaining: number, resetAt: number | undefined, now: number, isLate = false): void {
    if (this.limit.metric === "concurrency") return;
    this.#recover(now);
    this.#changed();
    const latest = now + WINDOW_MS[this.limit.window];
    const amount = this.limit.cap - remaining - this.own(now);
    this.#others.tell(amount, Math.min(resetAt ?? latest, latest), now, isLate);
  }

  /** What others had used, for a restart; null where nothing was. */
  elsewhere(now: number): { amount: number; until: number } | null {
    return this.#others.elsewhere(now);
  }

  restoreElsewhere(amount: number, until: number): void {
    this.#others.restore(amount, until);
    this.#changed();
  }

  /** When all that counts now, others' use included, will have left. */
  emptyAt(now: number): number {
    return Math.max(this.#window.emptyAt(now), this.#others.emptyAt(now));
  }

  /** When the whole cap is there again. */
  resetAt(now: number): number {
    return this.#window.resetAt(now);
  }

  /** All that it shares use with, or did. */
  get related(): readonly Counter[] {
    return this.#others.related;
  }

  /** The pace is left out: it tells when a limit will be reached, not where a request goes. */
  archive(archive: Archive, counters: Numbered<Counter>): void {
    this.limit = archive.value(this.limit);
    this.#configured = archive.value(this.#configured);
    this.#backedOffAt = archive.value(this.#backedOffAt);
    this.#pending = archive.value(this.#pending);
    this.taken = archive.value(this.taken);
    this.#window.archive(archive);
    this.#others.archive(archive, counters);
  }

  /** What such a call takes from it. */
  amountOf(need: Need): number {
    return amountOf(this.limit.metric, need);
  }
}
