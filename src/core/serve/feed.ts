/** The latest events with their sequence numbers: what the dashboard follows. Bounded; who falls behind takes the state again. */
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

  /** The server ends: who follows is told so at once. */
  closed = false;

  close(): void {
    this.closed = true;
    for (const listener of [...this.#listeners]) listener();
  }

  push(sequence: number, event: RouterEvent): void {
    this.sequence = sequence;
    this.#ring[sequence % KEPT] = event;
    if (this.#listeners.size === 0) return;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Whether every event after `sequence` is still here. */
  reaches(sequence: number): boolean {
    return Number.isInteger(sequence) && sequence <= this.sequence && sequence >= this.sequence - KEPT;
  }

  since(sequence: number): FeedEntry[] {
    const entries: FeedEntry[] = [];
    for (let number = sequence + 1; number <= this.sequence; number++) {
      const event = this.#ring[number % KEPT];
      if (event) entries.push({ sequence: number, event });
    }
    return entries;
  }

  /** Calls `listener` once at the next event; returns how to stop that. */
  onNext(listener: () => void): () => void {
    const once = (): void => {
      this.#listeners.delete(once);
      listener();
    };
    this.#listeners.add(once);
    return () => this.#listeners.delete(once);
  }
}
