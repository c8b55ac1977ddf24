/** Which models and keys there are, in which order, and what a model name means. Changes only with the configuration. */
import type { Zones } from "../chat/zone.ts";
import { type Archive, archiveMap, type Numbered } from "./archive.ts";
import type { Counter } from "./counter.ts";
import { Counters } from "./counters.ts";
import {
  type KeyId,
  type ModelKey,
  modelKey,
  type RestScope,
  type RoutedKey,
  type RoutedModel,
  type RoutedProvider,
} from "./event.ts";
import type { LimitSpec } from "./limits.ts";
import { ModelEntry } from "./model-entry.ts";
import { Names, type Resolution } from "./names.ts";
import { DEFAULT_PREFERENCES, type Preferences } from "./preferences.ts";
import { type Rest, restScopes, type Target } from "./target.ts";
import { Targets } from "./targets.ts";

export class Catalogue {
  readonly providers = new Map<string, RoutedProvider>();
  readonly models = new Map<ModelKey, ModelEntry>();
  readonly keys = new Map<KeyId, RoutedKey>();
  readonly rests = new Map<RestScope, Rest>();
  readonly #targets = new Targets();
  readonly #outages = new Map<string, { at: number }>();
  readonly #counters: Counters;
  /** The user's order of models; those left out follow the order of the keys. */
  #modelOrder: ModelKey[] = [];
  /** Before all others, until the user takes the pin out; the last goes first. */
  #pinned: ModelKey[] = [];
  #keyOrder: KeyId[] = [];
  #ordinal = 0;
  #preferences: Preferences = DEFAULT_PREFERENCES;
  /** Candidates in order, by every name a client may use; rebuilt after a change of configuration only. */
  #names: Names | null = null;

  constructor(zones: Zones) {
    this.#counters = new Counters(zones);
  }

  setProvider(provider: RoutedProvider, models: readonly RoutedModel[]): void {
    const isNew = !this.providers.has(provider.id);
    this.providers.set(provider.id, provider);
    const current = new Set<ModelKey>();
    for (const model of models) {
      const key = modelKey(model.provider, model.id);
      current.add(key);
      const known = this.models.get(key);
      if (known) {
        known.model = model;
        known.provider = provider;
      } else {
        this.#addModel(key, model, provider);
      }
    }
    for (const [key, entry] of isNew ? [] : this.models) {
      if (entry.model.provider === provider.id && !current.has(key)) this.models.delete(key);
    }
    this.#changed();
    this.#retire();
  }

  #addModel(key: ModelKey, model: RoutedModel, provider: RoutedProvider): void {
    this.models.set(key, new ModelEntry(key, model, provider, this.#outage(provider.id), this.pinOf(key)));
  }

  #outage(provider: string): { at: number } {
    const known = this.#outages.get(provider);
    if (known) return known;
    const outage = { at: Number.NEGATIVE_INFINITY };
    this.#outages.set(provider, outage);
    return outage;
  }

  removeProvider(id: string): void {
    this.providers.delete(id);
    this.#outages.delete(id);
    for (const [key, entry] of this.models) if (entry.model.provider === id) this.models.delete(key);
    for (const scope of this.rests.keys()) {
      if (scope === `provider:${id}` || scope.startsWith(`model:${id}/`)) this.rests.delete(scope);
    }
    this.#changed();
    this.#retire();
  }

  setKey(key: RoutedKey): void {
    if (!this.keys.has(key.id)) this.#keyOrder.push(key.id);
    this.keys.set(key.id, key);
    this.#changed();
  }

  removeKey(id: KeyId): void {
    this.keys.delete(id);
    this.#changed();
    this.#retire();
  }

  /** Those given come first, the others keep their order behind them. The models follow their first key. */
  orderKeys(ids: readonly KeyId[]): void {
    this.#keyOrder = [...new Set([...ids, ...this.#keyOrder])];
    this.#changed();
  }

  orderModels(keys: readonly ModelKey[]): void {
    this.#modelOrder = [...new Set(keys)];
    this.#changed();
  }

  pinModels(keys: readonly ModelKey[]): void {
    this.#pinned = [...new Set(keys)].reverse();
    for (const entry of this.models.values()) entry.pin = this.pinOf(entry.key);
    this.#changed();
  }

  /** 0: not pinned; the highest goes first. */
  pinOf(key: ModelKey): number {
    return this.#pinned.indexOf(key) + 1;
  }

  enableModel(key: ModelKey, enabled: boolean): void {
    const entry = this.models.get(key);
    if (!entry) return;
    entry.model = { ...entry.model, enabled };
    this.#changed();
  }

  /** Models in the order in which they are tried: those pinned, the user's, then by the first key of their provider. */
  orderedModels(): ModelEntry[] {
    const first = new Set([...this.#pinned.toReversed(), ...this.#modelOrder]);
    const given = [...first].flatMap((key) => this.models.get(key) ?? []);
    const rank = new Map<string, number>();
    for (const key of this.orderedKeys()) if (!rank.has(key.provider)) rank.set(key.provider, rank.size);
    const ordered = new Set(given);
    const others: ModelEntry[][] = Array.from({ length: rank.size + 1 }, () => []);
    for (const entry of this.models.values()) {
      if (!ordered.has(entry)) others[rank.get(entry.model.provider) ?? rank.size]?.push(entry);
    }
    return [...given, ...others.flat()];
  }

  orderedKeys(): RoutedKey[] {
    return this.#keyOrder.flatMap((id) => this.keys.get(id) ?? []);
  }

  get counters(): ReadonlyMap<string, Counter> {
    return this.#counters.all;
  }

  /** Counters of the same kind, whoever owns them; the given one, too. */
  alike(counter: Counter): readonly Counter[] {
    return this.#counters.alike(counter);
  }

  target(keyId: KeyId, model: ModelKey): Target | undefined {
    this.#build();
    return this.#targets.find(keyId, model);
  }

  get targets(): Iterable<Target> {
    this.#build();
    return this.#targets.all;
  }

  /** What `name` may be served by, in order. An empty list is a model that is known but has no key. */
  resolve(name: string): Resolution {
    return this.#build().resolve(name);
  }

  /** Several names, tried in this order; unknown ones are left out unless all are. */
  resolveChain(names: readonly string[]): Resolution {
    return this.#build().resolveChain(names);
  }

  prefer(preferences: Preferences): void {
    this.#preferences = preferences;
    this.#changed();
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  #changed(): void {
    this.#names = null;
  }

  /** What changed is built now, rather than when somebody happens to look: who looks when must not matter. */
  prepare(): void {
    this.#build();
  }

  /** `others`: counters that are referred to from elsewhere. Gives the numbers of all. */
  archive(archive: Archive, others: Iterable<Counter>): Numbered<Counter> {
    this.#preferences = archive.value(this.#preferences);
    this.#modelOrder = archive.value(this.#modelOrder);
    this.#pinned = archive.value(this.#pinned);
    this.#keyOrder = archive.value(this.#keyOrder);
    this.#ordinal = archive.value(this.#ordinal);
    for (const map of [this.providers, this.keys, this.#outages, this.rests])
      archiveMap<string, unknown>(archive, map);
    const models = [...this.models.values()].map((entry) => entry.model);
    for (const model of archive.value(models)) {
      const provider = this.providers.get(model.provider);
      const key = modelKey(model.provider, model.id);
      if (provider && !this.models.has(key)) this.#addModel(key, model, provider);
    }
    for (const entry of this.models.values()) entry.archive(archive);
    const counters = this.#counters.archive(archive, others);
    const targets = [...this.#targets.all].map(({ ordinal, key, model }) => {
      return { ordinal, keyId: key.id, name: model.key };
    });
    for (const { ordinal, keyId, name } of archive.value(targets)) {
      const key = this.keys.get(keyId);
      const model = this.models.get(name);
      if (this.#targets.find(keyId, name) || !key || !model) continue;
      this.#targets.set({ ordinal, model, key, counters: [], rests: [], removed: false });
    }
    return counters;
  }

  /** Marks the targets whose key or model is gone, for the requests that hold them. */
  #retire(): void {
    for (const target of this.#targets.all) {
      const { key, model } = target;
      target.removed = !this.keys.has(key.id) || this.models.get(model.key) !== model;
    }
  }

  #build(): Names {
    if (this.#names) return this.#names;
    const index = new Map<string, Target[]>();
    const all: Target[] = [];
    const keys = this.orderedKeys();
    for (const entry of this.orderedModels()) {
      const { id, family, aliases, provider } = entry.model;
      const own: Target[] = [];
      for (const key of keys) if (key.provider === provider) own.push(this.#target(key, entry));
      index.set(entry.key, own);
      all.push(...own);
      this.#name(index, id, own);
      if (family !== id) this.#name(index, family, own);
      for (const alias of aliases.length > 1 ? new Set(aliases) : aliases) {
        if (alias !== id && alias !== family) this.#name(index, alias, own);
      }
    }
    this.#targets.keepOnly(new Set(all));
    this.#counters.forgetUnused(all);
    this.#names = new Names(index, all, this.#preferences);
    return this.#names;
  }

  #name(index: Map<string, Target[]>, name: string, targets: readonly Target[]): void {
    // `provider/id` names exactly one model, whatever else is called the same.
    if (this.models.has(name)) return;
    const same = index.get(name);
    if (same) same.push(...targets);
    else index.set(name, [...targets]);
  }

  #target(key: RoutedKey, model: ModelEntry): Target {
    const known = this.#targets.find(key.id, model.key);
    const counters = this.#counters.of(key, model);
    const rests = restScopes(key, model.key).map((scope) => this.rest(scope));
    if (known && known.model === model) {
      known.key = key;
      this.#counters.replace(known, counters);
      known.rests = rests;
      return known;
    }
    const target = { ordinal: this.#ordinal++, model, key, counters, rests, removed: false };
    this.#targets.set(target);
    return target;
  }

  /** A limit that a reply told of and nobody knew. Gives its counter. */
  addLimit(target: Target, limit: LimitSpec): Counter {
    return this.#counters.add(target, limit, this.#targets.all);
  }

  rest(scope: RestScope): Rest {
    let rest = this.rests.get(scope);
    if (!rest) {
      rest = { scope, since: 0, until: 0, kind: null, hits: 0, guessed: false, probe: null };
      this.rests.set(scope, rest);
    }
    return rest;
  }
}
