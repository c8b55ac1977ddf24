/** Every limit with what is used of it, shared by the targets that it holds for. */
import type { Zones } from "../chat/zone.ts";
import { type Archive, archiveMap, type Numbered, numbered } from "./archive.ts";
import { Counter } from "./counter.ts";
import type { RoutedKey } from "./event.ts";
import type { LimitSpec } from "./limits.ts";
import type { ModelEntry, Target } from "./target.ts";

/** Calls a minute, where nobody knows a limit: counted, so that a pace can be learnt from refusals. */
const PACE: Readonly<LimitSpec> = {
  scope: "account",
  pool: null,
  metric: "requests",
  window: "minute",
  cap: Number.POSITIVE_INFINITY,
  reset: "sliding",
  source: "guessed",
};

export class Counters {
  readonly all = new Map<string, Counter>();
  /** By kind. */
  readonly #alike = new Map<string, Counter[]>();
  /** Limits that replies told of, by account and model. */
  readonly #told = new Map<string, LimitSpec[]>();
  /** Counters whose target has others now, since the last `forgetUnused`. */
  #left: [old: Counter, now: Counter][] = [];
  readonly #zones: Zones;

  constructor(zones: Zones) {
    this.#zones = zones;
  }

  /** Counters of the same kind, whoever owns them; the given one, too. */
  alike({ kind }: Counter): readonly Counter[] {
    return this.#alike.get(kind) ?? [];
  }

  of(key: RoutedKey, model: ModelEntry): Counter[] {
    return this.#limitsOf(key, model).map((limit) => this.#counter(limit, key, model));
  }

  /** The counters of a target that was there before: its key may belong to another account now. */
  replace(target: Target, counters: readonly Counter[]): void {
    for (const old of target.counters) {
      if (counters.includes(old)) continue;
      const successor = counters.find(({ kind }) => kind === old.kind);
      if (successor) this.#left.push([old, successor]);
    }
    target.counters = counters;
  }

  /** Forgets counters that no target has any more; what was taken from them counts where their calls go now. */
  forgetUnused(targets: Iterable<Target>): void {
    const used = new Set([...targets].flatMap((target) => target.counters));
    for (const [id, counter] of this.all) {
      if (used.has(counter)) continue;
      this.all.delete(id);
      const others = this.alike(counter).filter((other) => other !== counter);
      if (others.length > 0) this.#alike.set(counter.kind, others);
      else this.#alike.delete(counter.kind);
    }
    for (const [old, successor] of this.#left) if (!used.has(old)) successor.inherit(old);
    this.#left = [];
  }

  /** A limit that a reply told of and nobody knew, for all targets of that model and account. Gives its counter. */
  add(target: Target, limit: LimitSpec, targets: Iterable<Target>): Counter {
    const name = `${target.key.account} ${target.model.key}`;
    this.#told.set(name, [...(this.#told.get(name) ?? []), limit]);
    const counter = this.#counter(limit, target.key, target.model);
    for (const other of targets) {
      if (other.model === target.model && other.key.account === target.key.account) {
        other.counters = [...other.counters, this.#counter(limit, other.key, other.model)];
      }
    }
    return counter;
  }

  /** Documented limits, those that replies told of, and a count of calls a minute in any case: a pace may be learnt. */
  #limitsOf(key: RoutedKey, { key: model, model: { limits } }: ModelEntry): readonly LimitSpec[] {
    const told = this.#told.get(`${key.account} ${model}`) ?? [];
    const has = (limit: LimitSpec): boolean =>
      limits.some(({ metric, window }) => metric === limit.metric && window === limit.window);
    const further = [PACE, ...told].filter((limit) => !has(limit));
    return further.length === 0 ? limits : [...limits, ...further];
  }

  /** With those that are only referred to any more, `others` among them. Between two builds, so that none is left over. */
  archive(archive: Archive, others: Iterable<Counter>): Numbered<Counter> {
    const found = new Set([...this.all.values(), ...others]);
    for (const counter of found) for (const related of counter.related) found.add(related);
    const ids = new Map([...this.all].map(([id, counter]) => [counter, id]));
    const kept = archive.value(
      [...found].map((counter) => {
        const { limit, provider, owner, subject } = counter;
        return { id: ids.get(counter) ?? null, limit, provider, owner, subject };
      }),
    );
    archiveMap(archive, this.#told);
    // Reading: they are all made before any refers to another.
    for (const { id, limit, provider, owner, subject } of found.size === 0 ? kept : []) {
      const counter = new Counter(limit, provider, owner, subject, this.#zones);
      found.add(counter);
      if (id === null) continue;
      this.all.set(id, counter);
      this.#alike.set(counter.kind, [...this.alike(counter), counter]);
    }
    const counters = numbered([...found]);
    for (const counter of counters.list) counter.archive(archive, counters);
    return counters;
  }

  #counter(limit: LimitSpec, key: RoutedKey, model: ModelEntry): Counter {
    const owner = limit.scope === "key" ? key.id : limit.scope === "account" ? key.account : key.provider;
    const subject = limit.pool === null ? model.key : limit.pool;
    const id = `${owner}|${subject}|${limit.metric}|${limit.window}|${limit.pool !== null}`;
    let counter = this.all.get(id);
    if (!counter) {
      counter = new Counter(limit, key.provider, owner, subject, this.#zones);
      this.all.set(id, counter);
      this.#alike.set(counter.kind, [...this.alike(counter), counter]);
    } else {
      counter.configure(limit);
    }
    return counter;
  }
}
