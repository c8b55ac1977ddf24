/**
 * Where requests meet that come to the same point within one turn of the event loop, to go on together: each does the next step
 * when the one before has done it. The code of a step is near then. One by one, each would walk through the code of all
 * steps and find it gone from the caches of the processor: under load that is a fifth of what a request costs.
 */

export interface Meetings {
  /** Of requests, as they come. */
  readonly arrivals: Rendezvous;
  /** Of requests whose replies begin. */
  readonly replies: Rendezvous;
}

/** With fewer others under way there is nobody to meet. */
const LEAST_OTHERS = 4;

export class Rendezvous {
  #meeting: PromiseWithResolvers<void> | null = null;
  readonly #end = (): void => {
    const meeting = this.#meeting;
    this.#meeting = null;
    meeting?.resolve();
  };

  /** Resolves at the end of this turn; null when the requests under way, of which there are `count`, are too few to wait for. */
  point(count: number): Promise<void> | null {
    if (count <= LEAST_OTHERS) return null;
    if (this.#meeting === null) {
      this.#meeting = Promise.withResolvers();
      setImmediate(this.#end);
    }
    return this.#meeting.promise;
  }
}
