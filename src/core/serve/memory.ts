/** Short-lived memory for the dialects: in this process alone, by last use, bounded in number, size and age. */
import type { Clock } from "../ports.ts";
import type { Memory } from "../provider.ts";

export interface MemoryBounds {
  entries: number;
  /** Of all keys and values together, in UTF-16 units. */
  size: number;
  /** Since the last use, in milliseconds. */
  ageMs: number;
}

const BOUNDS: MemoryBounds = { entries: 4_096, size: 16 * 1024 * 1024, ageMs: 24 * 60 * 60 * 1000 };

interface Entry {
  value: string;
  /** By the monotonic clock. */
  usedAt: number;
}

export class ExpiringMemory implements Memory {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #bounds: MemoryBounds;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #size = 0;

  constructor(clock: Pick<Clock, "monotonic">, bounds: MemoryBounds = BOUNDS) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#entries.size;
  }

  get(key: string): string | undefined {
    this.#expire();
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#remove(key);
    this.#add(key, entry.value);
    return entry.value;
  }

  /** What alone would fill a quarter of the memory is not kept. */
  set(key: string, value: string): void {
    this.#expire();
    this.#remove(key);
    if (key.length + value.length > this.#bounds.size / 4) return;
    this.#add(key, value);
    while (this.#size > this.#bounds.size || this.#entries.size > this.#bounds.entries) this.#removeOldest();
  }

  #add(key: string, value: string): void {
    this.#entries.set(key, { value, usedAt: this.#clock.monotonic() });
    this.#size += key.length + value.length;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#size -= key.length + entry.value.length;
  }

  #removeOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#remove(oldest);
  }

  #expire(): void {
    const horizon = this.#clock.monotonic() - this.#bounds.ageMs;
    for (const [key, { usedAt }] of this.#entries) {
      if (usedAt > horizon) return;
      this.#remove(key);
    }
  }
}
