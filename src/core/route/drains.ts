/**
 * Accounts that are one to the provider: what is stated of the one falls by the calls of the other. They are counted as one until
 * the window ends in which that was seen last. Bounded; decides by events alone.
 */
import { type Archive, archiveMap, type Numbered } from "./archive.ts";
import type { Counter } from "./counter.ts";
import type { AccountId, KeyId, RoutedKey } from "./event.ts";
import { WINDOW_MS } from "./limits.ts";
import type { Target } from "./target.ts";

export interface Drain {
  provider: string;
  accounts: readonly [AccountId, AccountId];
  /** Of both, in the order in which they are tried. */
  keys: KeyId[];
  /** Epoch milliseconds. */
  since: number;
  until: number;
}

/** What the drains need to know of the catalogue. */
export interface Surroundings {
  readonly keys: ReadonlyMap<KeyId, RoutedKey>;
  orderedKeys(): readonly RoutedKey[];
  readonly counters: ReadonlyMap<string, Counter>;
  /** Counters of the same kind, whoever owns them; the given one, too. */
  alike(counter: Counter): readonly Counter[];
}

/** What was known when a counter's provider spoke last. */
interface Statement {
  at: number;
  /** Use that its own calls do not explain. */
  excess: number;
  /** All that was ever taken from its likes. */
  taken: Map<Counter, number>;
}

interface Pair {
  accounts: readonly [AccountId, AccountId];
  /** How often what was stated of the one account fitted the use of the other, by which of them was spoken of. */
  score: [number, number];
  since: number;
  until: number;
}

/** In minutes, use comes back too fast to tell why a count has fallen. */
const SHORTEST_MS = WINDOW_MS.hour;
/** A count that is older than this share of the window says little about what happened since. */
const FRESH = 0.25;
/** Counts may differ by so much of what was used, and by half a call: tokens are counted when a call ends. */
const TOLERANCE = 0.1;
const MANY = 10;
const MOST_SCORE = 12;
/** Enough where each account was seen to fall by the other's calls, and where only one was. */
const ENOUGH = 4;
const ENOUGH_ONE_WAY = 6;
const MOST_PAIRS = 256;
const MOST_ALIKE = 16;

export class Drains {
  readonly #statements = new WeakMap<Counter, Statement>();
  readonly #pairs = new Map<string, Pair>();

  /** The provider said that so much is left of `counter`. */
  stated(around: Surroundings, target: Target, counter: Counter, remaining: number, at: number): void {
    const { limit } = counter;
    if (limit.scope === "ip" || limit.metric === "concurrency" || WINDOW_MS[limit.window] < SHORTEST_MS)
      return;
    const all = around.alike(counter);
    if (all.length < 2 || all.length > MOST_ALIKE) return;
    const before = this.#statements.get(counter);
    const excess = limit.cap - remaining - counter.own(at);
    this.#statements.set(counter, { at, excess, taken: new Map(all.map((one) => [one, one.taken])) });
    if (before && at - before.at > WINDOW_MS[limit.window] * FRESH) return;
    const risen = excess - (before?.excess ?? 0);
    const moved = all.flatMap((other) => {
      const account = accountOf(around, other);
      if (other === counter || account === undefined || account === target.key.account) return [];
      // At the first statement all that counts is news.
      const used = before ? other.taken - (before.taken.get(other) ?? 0) : other.own(at);
      return used >= 1 ? [{ account, used }] : [];
    });
    // Where several were used, nobody can tell whose calls it was.
    const [only] = moved;
    if (only === undefined || moved.length > 1) return;
    this.#judge(around, target, counter, { ...only, risen }, at);
  }

  /** Those that hold at `now`. */
  list(around: Surroundings, now: number): Drain[] {
    const drains: Drain[] = [];
    for (const { accounts, since, until } of this.#pairs.values()) {
      if (until <= now) continue;
      const keys = around.orderedKeys().filter(({ account }) => accounts.includes(account));
      const [first] = keys;
      // One of them is gone, or they are joined for good.
      if (first === undefined || new Set(keys.map(({ account }) => account)).size < 2) continue;
      drains.push({ provider: first.provider, accounts, keys: keys.map(({ id }) => id), since, until });
    }
    return drains;
  }

  archive(archive: Archive, { list, numberOf, at }: Numbered<Counter>): void {
    archiveMap(archive, this.#pairs);
    for (const counter of list) {
      const known = this.#statements.get(counter);
      const taken = [...(known?.taken ?? [])].map(([other, amount]) => [numberOf(other), amount] as const);
      const kept = archive.value(known ? { at: known.at, excess: known.excess, taken } : null);
      if (kept === null) continue;
      const own = kept.taken.filter(([number]) => number >= 0);
      const statement = { at: kept.at, excess: kept.excess };
      this.#statements.set(counter, {
        ...statement,
        taken: new Map(own.map(([number, amount]) => [at(number), amount])),
      });
    }
  }

  #judge(
    around: Surroundings,
    target: Target,
    counter: Counter,
    { account, used, risen }: { account: AccountId; used: number; risen: number },
    at: number,
  ): void {
    const pair = this.#pair(target.key.account, account);
    const side = pair.accounts[0] === target.key.account ? 0 : 1;
    const tolerance = 0.5 + TOLERANCE * used;
    if (Math.abs(risen - used) > tolerance) {
      // Somebody else may have called meanwhile; but where nothing fell, the other's calls do not count here.
      if (risen <= tolerance) pair.score = [Math.max(0, pair.score[0] - 2), Math.max(0, pair.score[1] - 2)];
      return;
    }
    const weight = used >= MANY ? 2 : 1;
    pair.score[side] = Math.min(MOST_SCORE, pair.score[side] + weight);
    const [one, other] = pair.score;
    const enough = one > 0 && other > 0 ? ENOUGH : ENOUGH_ONE_WAY;
    if (one + other < enough) return;
    if (pair.until <= at) pair.since = at;
    pair.until = Math.max(pair.until, counter.resetAt(at));
    for (const first of around.counters.values()) {
      if (first.provider !== counter.provider || accountOf(around, first) !== pair.accounts[0]) continue;
      for (const second of around.alike(first)) {
        if (accountOf(around, second) === pair.accounts[1]) first.join(second, pair.until, at);
      }
    }
  }

  #pair(one: AccountId, other: AccountId): Pair {
    const accounts = one < other ? ([one, other] as const) : ([other, one] as const);
    const name = accounts.join("\n");
    let pair = this.#pairs.get(name);
    if (!pair) {
      pair = { accounts, score: [0, 0], since: 0, until: 0 };
      this.#pairs.set(name, pair);
      const [oldest] = this.#pairs.keys();
      if (this.#pairs.size > MOST_PAIRS && oldest !== undefined) this.#pairs.delete(oldest);
    }
    return pair;
  }
}

function accountOf({ keys }: Surroundings, { limit, owner }: Counter): AccountId | undefined {
  if (limit.scope === "account") return owner;
  return limit.scope === "key" ? keys.get(owner)?.account : undefined;
}
