/** When the circuit breaker of a model must be open, and when it may be, by the outcomes alone. */

/** The first rest and the longest one. */
const LEAST_MS = 5_000;
const MOST_MS = 12_000;
const AFTER_FAILURES = 3;
/** Half of the last ten calls, within a minute, open it as well. */
const HALF = 5;
const SEES_MS = 60_000;
/** For so long a provider that failed is left alone when enough is retried already. */
const JUST_FAILED_MS = 30_000;

interface Breaker {
  consecutive: number;
  /** Instants. */
  failures: number[];
  /** Closed until then at least. */
  openUntil: number;
  /** Calls under way: one of them may be the probe. */
  calls: Set<number>;
}

export class Breakers {
  readonly #models = new Map<string, Breaker>();
  /** When a provider failed last. */
  readonly #failedAt = new Map<string, number>();

  began(model: string, callId: number): void {
    this.#of(model).calls.add(callId);
  }

  ended(model: string, callId: number): void {
    this.#of(model).calls.delete(callId);
  }

  succeeded(model: string): void {
    const breaker = this.#of(model);
    breaker.consecutive = 0;
    breaker.openUntil = 0;
  }

  failed(model: string, at: number): void {
    this.#failedAt.set(model.slice(0, model.indexOf("/")), at);
    const breaker = this.#of(model);
    breaker.failures.push(at);
    breaker.consecutive++;
    // With many failures it may have opened earlier for the other reason, and be half open again.
    const recent = breaker.failures.filter((earlier) => at - earlier <= SEES_MS).length;
    if (breaker.consecutive === AFTER_FAILURES && recent < HALF) breaker.openUntil = at + LEAST_MS;
  }

  mustBeOpen(model: string, now: number): boolean {
    return now < this.#of(model).openUntil;
  }

  mayBeOpen(model: string, now: number): boolean {
    const { failures, calls } = this.#of(model);
    const last = failures.at(-1);
    if (last === undefined || failures.length < AFTER_FAILURES) return false;
    return now < last + MOST_MS || calls.size > 0;
  }

  justFailed(provider: string, now: number): boolean {
    return now - (this.#failedAt.get(provider) ?? Number.NEGATIVE_INFINITY) < JUST_FAILED_MS;
  }

  #of(model: string): Breaker {
    let breaker = this.#models.get(model);
    if (breaker === undefined) {
      breaker = { consecutive: 0, failures: [], openUntil: 0, calls: new Set() };
      this.#models.set(model, breaker);
    }
    return breaker;
  }
}
