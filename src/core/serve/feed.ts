/**
 * The latest events with their sequence numbers: what the dashboard follows. Bounded; who falls behind takes the state again.
 * While nobody follows nothing is kept: each event would outlive its request.
 */
import type { RouterEvent } from "../route/event.ts";

export interface FeedEntry {
  sequence: number;
  event: RouterEvent;
}

const KEPT = 4096;

export class Feed {
  readonly #ring: (RouterEvent | undefined)[] = new Array(KEPT);
  readonly #listeners = new Set<() => void>();
  /** Number of the latest event. */
  sequence = 0;
  /** Whether events are kept, and the number of the last one that was not. */
  #isFollowed = false;
  #missed = 0;
  /** The latest event when somebody last asked. */
  #askedAt = 0;

  /** The server ends: who follows is told so at once. */
  closed = false;

  close(): void {
    this.closed = true;
    for (const listener of [...this.#listeners]) listener();
  }

  push(sequence: number, event: RouterEvent): void {
    this.sequence = sequence;
    if (!this.#isFollowed) {
      this.#missed = sequence;
      return;
    }
    this.#ring[sequence % KEPT] = event;
    if (this.#listeners.size > 0) for (const listener of [...this.#listeners]) listener();
    else if (sequence - this.#askedAt > KEPT) this.#leave();
  }

  /** Somebody takes the state, and will ask for what comes after it: from here on events are kept. */
  follow(): void {
    this.#askedAt = this.sequence;
    if (this.#isFollowed) return;
    this.#isFollowed = true;
    this.#missed = this.sequence;
  }

  /** Whoever followed is too far behind by now. */
  #leave(): void {
    this.#isFollowed = false;
    this.#missed = this.sequence;
    this.#ring.fill(undefined);
  }

  /** Whether every event after `sequence` is still here. */
  reaches(sequence: number): boolean {
    if (!Number.isInteger(sequence) || sequence > this.sequence) return false;
    return sequence >= this.#missed && sequence >= this.sequence - KEPT;
  }

  since(sequence: number): FeedEntry[] {
    this.#askedAt = this.sequence;
    const entries: FeedEntry[] = [];
    for (let number = sequence + 1; number <= this.sequence; number++) {
      const event = this.#ring[number % KEPT];
      if (event) entries.push({ sequence: number, event });
    }
    return entries;
  }

  /** Calls `listener` once at the next event; returns how to stop that. */
  onNext(listener: () => void): () => void {
    this.follow();
    const once = (): void => {
      this.#listeners.delete(once);
      listener();
    };
    this.#listeners.add(once);
    return () => this.#listeners.delete(once);
  }
}
