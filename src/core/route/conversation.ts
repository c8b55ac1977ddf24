/** Which model and key a conversation stays on: prompt caches live there. Bounded, and forgotten after half an hour. */
import type { Archive } from "./archive.ts";
import type { Binding } from "./event.ts";

/** Since its last use. */
export const STICKY_MS = 30 * 60_000;
const MOST_CONVERSATIONS = 20_000;

export class Conversations {
  /** Oldest use first. */
  readonly #bound = new Map<string, Binding>();

  get size(): number {
    return this.#bound.size;
  }

  bind(conversation: string, binding: Binding): void {
    this.#bound.delete(conversation);
    const { keyId, model, at } = binding;
    this.#bound.set(conversation, { keyId, model, at });
    for (const [oldest, other] of this.#bound) {
      if (this.#bound.size <= MOST_CONVERSATIONS && at - other.at < STICKY_MS) break;
      this.#bound.delete(oldest);
    }
  }

  find(conversation: string, now: number): Binding | null {
    const binding = this.#bound.get(conversation);
    return binding !== undefined && now - binding.at < STICKY_MS ? binding : null;
  }

  /** Those still in force, oldest use first. */
  all(now: number): ({ conversation: string } & Binding)[] {
    const entries = [...this.#bound].filter(([, { at }]) => now - at < STICKY_MS);
    return entries.map(([conversation, { keyId, model, at }]) => ({ conversation, keyId, model, at }));
  }

  archive(archive: Archive): void {
    const bound = archive.value([...this.#bound]);
    this.#bound.clear();
    for (const [conversation, binding] of bound) this.#bound.set(conversation, binding);
  }

  /** The user chose another order: it holds at once. */
  clear(): void {
    this.#bound.clear();
  }
}
