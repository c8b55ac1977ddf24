/** The client of one request: whether it is still there, and what to stop when it leaves. */
export class ClientLink {
  readonly #signal: AbortController = new AbortController();
  #stop: (() => void) | null = null;

  /** Aborts when the client has left. */
  get signal(): AbortSignal {
    return this.#signal.signal;
  }

  get gone(): boolean {
    return this.#signal.signal.aborted;
  }

  /** What must be stopped if the client leaves from now on; null when nothing. At most one attempt runs at a time. */
  onGone(stop: (() => void) | null): void {
    this.#stop = stop;
    if (stop && this.gone) stop();
  }

  leave(): void {
    if (this.gone) return;
    this.#signal.abort();
    this.#stop?.();
  }
}
