/** The client of one request: whether it is still there, and what to stop when it leaves. */

/** What goes on for a client. */
export interface ClientWork {
  /** The client left. */
  clientLeft(): void;
}

export class ClientLink {
  /** Made when somebody asks: most requests never wait. */
  #controller: AbortController | null = null;
  readonly #work: ClientWork[] = [];
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

  /** What must be told when the client leaves, at once if it has left; until `release` takes it out again. */
  onGone(work: ClientWork): void {
    if (this.#gone) work.clientLeft();
    else this.#work.push(work);
  }

  release(work: ClientWork): void {
    const at = this.#work.indexOf(work);
    if (at !== -1) this.#work.splice(at, 1);
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#controller?.abort();
    for (const work of this.#work.splice(0)) work.clientLeft();
  }
}
