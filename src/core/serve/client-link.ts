/** The client of one request: whether it is still there, and what to stop when it leaves. */
export class ClientLink {
  /** Made when somebody asks: most requests never wait. */
  #controller: AbortController | null = null;
  readonly #stops = new Set<() => void>();
  #gone = false;

  /** Aborts when the client has left. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#gone) this.#controller.abort();
    return this.#controller.signal;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** What must be stopped when the client leaves, at once if it has left; until `release` takes it out again. */
  onGone(stop: () => void): void {
    if (this.#gone) stop();
    else this.#stops.add(stop);
  }

  release(stop: () => void): void {
    this.#stops.delete(stop);
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#controller?.abort();
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }
}
