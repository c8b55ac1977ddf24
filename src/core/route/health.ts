/**
 * The circuit breaker of one model at one provider. Closed until failures pile up; then it rests, and after the
 * rest one live request at a time may try whether the model is back.
 */
import type { Archive } from "./archive.ts";

const CONSECUTIVE_FAILURES = 3;
const RECENT = 10;
const RECENT_MS = 60_000;
const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 12_000;

export class Health {
  #consecutive = 0;
  #recent: { at: number; failed: boolean }[] = [];
  #restMs = 0;
  /** Epoch milliseconds until which the breaker is open; 0 when it is closed. */
  openUntil = 0;
  /** The call that is finding out whether the model is back. */
  #probe: number | null = null;

  succeeded(at: number): void {
    this.#consecutive = 0;
    this.#restMs = 0;
    this.openUntil = 0;
    this.#probe = null;
    this.#remember(at, false);
  }

  failed(at: number): void {
    this.#probe = null;
    this.#consecutive++;
    this.#remember(at, true);
    // Failures of calls that were under way when the breaker opened do not lengthen its rest.
    if (at < this.openUntil) return;
    if (this.openUntil > 0 || this.#consecutive >= CONSECUTIVE_FAILURES || this.#halfFailed(at)) {
      this.#restMs = Math.min(LONGEST_REST_MS, this.#restMs === 0 ? FIRST_REST_MS : this.#restMs * 2);
      this.openUntil = at + this.#restMs;
    }
  }

  /** null when a call may go out now; else when to look again. */
  blockedUntil(now: number): number | null {
    if (this.openUntil === 0) return null;
    // Longer than the longest rest: the clock was set back.
    if (now < this.openUntil && this.openUntil - now <= LONGEST_REST_MS) return this.openUntil;
    return this.#probe === null ? null : now + 500;
  }

  /** A call goes out: after a rest it is the probe that the others wait for. */
  dispatched(callId: number): void {
    if (this.openUntil > 0) this.#probe ??= callId;
  }

  /** The call ended, perhaps without saying anything about the model. */
  ended(callId: number): void {
    if (this.#probe === callId) this.#probe = null;
  }

  archive(archive: Archive): void {
    this.#consecutive = archive.value(this.#consecutive);
    this.#recent = archive.value(this.#recent);
    this.#restMs = archive.value(this.#restMs);
    this.openUntil = archive.value(this.openUntil);
    this.#probe = archive.value(this.#probe);
  }

  #remember(at: number, failed: boolean): void {
    this.#recent.push({ at, failed });
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  #halfFailed(at: number): boolean {
    if (this.#recent.length < RECENT) return false;
    const within = this.#recent.filter((outcome) => at - outcome.at <= RECENT_MS);
    return within.length >= RECENT && within.filter((outcome) => outcome.failed).length * 2 >= within.length;
  }
}
