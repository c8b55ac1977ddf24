/** The books of a simulated provider: which calls still count in which window, and whether one more fits. */
import type { LimitSpec } from "../../core/provider.ts";
import { Calendar } from "./calendar.ts";
import { Tally } from "./tally.ts";

export interface Caller {
  secret: string;
  account: string;
  model: string;
}

/** How full one limit is for one caller. */
export interface CapStatus {
  limit: LimitSpec;
  used: number;
  /** Milliseconds until the window is empty again; 0 when it is empty. */
  resetMs: number;
}

/** A limit that one more call would cross. */
export interface CapRefusal {
  limit: LimitSpec;
  used: number;
  requested: number;
  /** Milliseconds until the call would fit; Infinity when it is larger than the cap. */
  waitMs: number;
}

/** What a call takes, in every measure that a limit can have. */
export interface CapUse {
  requests: number;
  tokens: number;
  inputTokens: number;
  /** Of the provider's own measure. */
  units: number;
}

/** An admitted call. */
export interface CapPlace {
  /** The call is over: `real` replaces what was asked for. To be called once. */
  end(real: CapUse, now: number): void;
}

/** When tokens count: from the admission on, or from the end of the call on. Until the end, what was asked for is held. */
export type TokenDate = "admission" | "completion";

interface Book {
  limit: LimitSpec;
  tally: Tally;
  /** Asked for by calls that are not over. */
  held: number;
}

export class CapBooks {
  readonly #limitsOf: (model: string) => readonly LimitSpec[];
  readonly #tokensDated: TokenDate;
  readonly #calendar: Calendar;
  readonly #books = new Map<string, Book>();
  /** Those that a caller has asked for: most ask more than once. */
  readonly #known = new WeakMap<Caller, { limits: readonly LimitSpec[]; books: readonly Book[] }>();

  constructor(
    limits: readonly LimitSpec[] | ((model: string) => readonly LimitSpec[]),
    tokensDated: TokenDate = "admission",
    calendar = new Calendar(),
  ) {
    this.#limitsOf = typeof limits === "function" ? limits : () => limits;
    this.#tokensDated = tokensDated;
    this.#calendar = calendar;
  }

  /** Counts the call in every limit and gives undefined, or counts nothing and gives the limit that forbids it longest. */
  admit(caller: Caller, tokens: number, now: number): CapRefusal | undefined {
    const use = { requests: 1, tokens, inputTokens: tokens, units: 1 };
    const refusal = this.#refusal(caller, use, now);
    if (refusal !== undefined) return refusal;
    for (const book of this.#booksOf(caller)) {
      if (book.limit.metric === "concurrency") book.held++;
      else book.tally.add(now, use[MEASURE[book.limit.metric]]);
    }
    return undefined;
  }

  /** An admitted call is over. */
  release(caller: Caller): void {
    for (const book of this.#booksOf(caller)) {
      if (book.limit.metric === "concurrency") book.held = Math.max(0, book.held - 1);
    }
  }

  /** Like `admit`, for a call whose real use shows at its end. */
  take(caller: Caller, asked: CapUse, now: number): CapRefusal | CapPlace {
    const refusal = this.#refusal(caller, asked, now);
    if (refusal !== undefined) return refusal;
    const taken = this.#booksOf(caller).map((book) => {
      const amount = asked[MEASURE[book.limit.metric]];
      const counted = book.limit.metric === "requests";
      if (!counted) book.held += amount;
      return { book, amount, entry: counted ? book.tally.add(now, amount) : null };
    });
    return {
      end: (real, endedAt) => {
        for (const { book, amount, entry } of taken) {
          const { metric } = book.limit;
          if (entry !== null) {
            if (real.requests === 0) book.tally.remove(entry);
            continue;
          }
          book.held = Math.max(0, book.held - amount);
          const spent = real[MEASURE[metric]];
          const at = this.#tokensDated === "admission" ? now : endedAt;
          if (metric !== "concurrency" && spent > 0) book.tally.add(at, spent);
        }
      },
    };
  }

  status(caller: Caller, now: number): CapStatus[] {
    return this.#booksOf(caller)
      .filter(({ limit }) => limit.metric !== "concurrency")
      .map(({ limit, tally, held }) => ({
        limit,
        used: tally.used(now) + held,
        resetMs: tally.emptyIn(now),
      }));
  }

  #refusal(caller: Caller, asked: CapUse, now: number): CapRefusal | undefined {
    let refusal: CapRefusal | undefined;
    for (const { limit, tally, held } of this.#booksOf(caller)) {
      const requested = asked[MEASURE[limit.metric]];
      if (
        limit.metric === "concurrency" ? held + requested <= limit.cap : tally.fits(held + requested, now)
      ) {
        continue;
      }
      const used = limit.metric === "concurrency" ? held : tally.used(now) + held;
      const waitMs =
        limit.metric === "concurrency" || (held > 0 && held + requested > limit.cap)
          ? CALL_UNDER_WAY_MS
          : tally.waitFor(held + requested, now);
      if (refusal === undefined || waitMs > refusal.waitMs) refusal = { limit, used, requested, waitMs };
    }
    return refusal;
  }

  #booksOf(caller: Caller): readonly Book[] {
    const limits = this.#limitsOf(caller.model);
    const known = this.#known.get(caller);
    if (known?.limits === limits) return known.books;
    const books = limits.map((limit) => {
      const name = counterName(limit, caller);
      let book = this.#books.get(name);
      if (book === undefined) {
        book = { limit, tally: new Tally(limit, this.#calendar), held: 0 };
        this.#books.set(name, book);
      }
      return book;
    });
    this.#known.set(caller, { limits, books });
    return books;
  }
}

/** Nobody knows when a call under way will end. */
const CALL_UNDER_WAY_MS = 1_000;

const MEASURE = {
  requests: "requests",
  concurrency: "requests",
  tokens: "tokens",
  input_tokens: "inputTokens",
  units: "units",
} as const satisfies Record<LimitSpec["metric"], keyof CapUse>;

function counterName(limit: LimitSpec, caller: Caller): string {
  const owner = limit.scope === "key" ? caller.secret : limit.scope === "account" ? caller.account : "ip";
  const models = limit.pool ?? `model ${caller.model}`;
  return `${limit.metric} ${limit.window} of ${owner} for ${models}`;
}
