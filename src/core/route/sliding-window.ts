/** Use that leaves as long after it happened as the window is. */
import type { Archive } from "./archive.ts";
import { CLOCK_SET_BACK_MS, guard, type UseWindow } from "./use-window.ts";

const SLOTS = 120;

/** A ring of slots. Use is dated at the end of its slot, so that it never leaves too early, and at most 1/120 too late. */
export class SlidingWindow implements UseWindow {
  readonly #slot: number;
  readonly #hold: number;
  /** Slots in the ring. */
  readonly #length: number;
  /** Made with the first use. */
  #ring: Float64Array | null = null;
  /** Absolute number of the oldest slot in the ring. */
  #first = 0;
  #total = 0;
  /** The latest instant seen. */
  #newest = Number.NEGATIVE_INFINITY;

  constructor(span: number) {
    this.#slot = span / SLOTS;
    this.#hold = span + guard(span);
    this.#length = Math.ceil(this.#hold / this.#slot) + 2;
  }

  used(now: number): number {
    this.#expire(now);
    return this.#total;
  }

  staysUntil(now: number): number {
    this.#expire(now);
    // The next slot leaves then.
    return this.#total === 0 ? Number.POSITIVE_INFINITY : this.#leaves(this.#first) - 1;
  }

  add(at: number, amount: number): void {
    // What is taken back may be dated long ago: that says nothing about the clock.
    if (at > this.#newest) this.#expire(at);
    const slot = Math.floor(at / this.#slot);
    if (slot < this.#first) return;
    this.#ring ??= new Float64Array(this.#length);
    const index = slot % this.#length;
    const held = this.#ring[index] ?? 0;
    const next = Math.max(0, held + amount);
    this.#ring[index] = next;
    this.#total += next - held;
  }

  freeAt(now: number, allowed: number): number {
    this.#expire(now);
    let left = this.#total;
    const ring = this.#ring;
    if (ring === null || left <= allowed) return now;
    let index = this.#first % this.#length;
    for (let passed = 0; passed < this.#length; passed++) {
      left -= ring[index] ?? 0;
      if (left <= allowed) return Math.max(now, this.#leaves(this.#first + passed));
      index = index + 1 === this.#length ? 0 : index + 1;
    }
    return now;
  }

  emptyAt(now: number): number {
    return this.freeAt(now, 0);
  }

  resetAt(now: number): number {
    return now + this.#hold;
  }

  decline(now: number): (at: number) => number {
    this.#expire(now);
    let left = this.#total;
    let slot = this.#first;
    const end = slot + this.#length;
    return (at) => {
      for (; slot < end && this.#leaves(slot) <= at; slot++) left -= this.#in(slot);
      return slot < end ? Math.max(0, left) : 0;
    };
  }

  archive(archive: Archive): void {
    const used = [...(this.#ring ?? []).entries()].filter(([, amount]) => amount !== 0);
    const kept = archive.value(used);
    if (kept.length > 0) this.#ring ??= new Float64Array(this.#length);
    for (const [index, amount] of kept) if (this.#ring !== null) this.#ring[index] = amount;
    this.#first = archive.value(this.#first);
    this.#total = archive.value(this.#total);
    this.#newest = archive.value(this.#newest);
  }

  #leaves(slot: number): number {
    return (slot + 1) * this.#slot + this.#hold;
  }

  #in(slot: number): number {
    return this.#ring?.[slot % this.#length] ?? 0;
  }

  #expire(now: number): void {
    if (now < this.#newest - CLOCK_SET_BACK_MS) this.#startAgain(now);
    else if (now > this.#newest) this.#newest = now;
    // Slots that could still hold use at `now` begin here.
    const first = Math.floor((now - this.#hold) / this.#slot);
    if (first <= this.#first) return;
    const ring = this.#ring;
    if (ring === null) {
      // Nothing was ever used.
    } else if (first - this.#first >= this.#length || this.#total === 0) {
      ring.fill(0);
      this.#total = 0;
    } else {
      for (let slot = this.#first; slot < first; slot++) {
        const index = slot % this.#length;
        this.#total -= ring[index] ?? 0;
        ring[index] = 0;
      }
      // Sums of fractions drift; nothing may be left over when the ring is empty.
      if (this.#total < 1e-6) this.#total = 0;
    }
    this.#first = first;
  }

  /** The clock was set back: when things happened is no longer known, so all of it counts from now. */
  #startAgain(now: number): void {
    this.#first = Math.floor((now - this.#hold) / this.#slot);
    this.#newest = now;
    this.#ring?.fill(0);
    if (this.#ring !== null) this.#ring[Math.floor(now / this.#slot) % this.#length] = this.#total;
  }
}
