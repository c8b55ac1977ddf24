/** The client of one request: whether it is still there, and what to stop when it leaves. */
export class ClientLink {
  /** Made when somebody asks: most requests never wait. */
  #controller: AbortController | null = null;
  #stop: (() => void) | null = null;
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

  /** What must be stopped if the client leaves from now on; null when nothing. At most one attempt runs at a time. */
  onGone(stop: (() => void) | null): void {
    this.#stop = stop;
    if (stop && this.#gone) stop();
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#controller?.abort();
    this.#stop?.();
  }
}
