/**
 * What a model name means: `auto`, a chain of the user's, one model, or all that are called the same; and, behind the id of a
 * key (`groq-2/auto`), the same by this key alone.
 */
import { type Preferences, STRATEGIES, type StrategyName } from "./preferences.ts";
import type { Target } from "./target.ts";

/** Names that clients bring along and nobody configured: answered by `auto`. */
const FOREIGN_NAMES = /^(?:claude|gpt|chatgpt|gemini|o[1-9])(?:[-.:]|$)/;

/** Ids of keys are `<provider>-<number>`. */
const BEHIND_KEY = /^([^/]+-\d+)\/(.+)$/;

export type Resolution =
  | { kind: "auto" | "named"; targets: readonly Target[]; strategy: StrategyName }
  | { kind: "unknown" };

/** Made anew after each change of configuration. */
export class Names {
  readonly #index: ReadonlyMap<string, readonly Target[]>;
  /** Made when somebody writes a name otherwise than it is. */
  #lowerCase: ReadonlyMap<string, readonly Target[]> | null = null;
  readonly #all: readonly Target[];
  readonly #preferences: Preferences;

  /** `index`: candidates in order, by every name a client may use. */
  constructor(
    index: ReadonlyMap<string, readonly Target[]>,
    all: readonly Target[],
    preferences: Preferences,
  ) {
    this.#index = index;
    this.#all = all;
    this.#preferences = preferences;
  }

  resolve(name: string): Resolution {
    return this.#meaning(name, true);
  }

  /** `mayNameKey`: not behind the id of a key already. */
  #meaning(name: string, mayNameKey: boolean): Resolution {
    const { strategy, aliases } = this.#preferences;
    const plain = name.toLowerCase();
    if (plain === "auto") return this.#auto(strategy);
    if (plain.startsWith("auto:")) return this.#profile(plain.slice("auto:".length));
    const named = this.#index.get(name) ?? this.#inLowerCase().get(plain);
    if (named) return { kind: "named", targets: named, strategy: "priority" };
    const byKey = mayNameKey ? this.#byKey(name) : null;
    if (byKey !== null) return byKey;
    const alias = aliases[plain];
    // An alias names a model, not another alias: there are no circles to follow.
    if (alias !== undefined && aliases[alias.toLowerCase()] === undefined) {
      return this.#meaning(alias, mayNameKey);
    }
    if (!FOREIGN_NAMES.test(plain)) return { kind: "unknown" };
    if (plain.includes("opus")) return this.#auto("smart");
    if (plain.includes("haiku")) return this.#auto("fast");
    return this.#auto(strategy);
  }

  #inLowerCase(): ReadonlyMap<string, readonly Target[]> {
    if (this.#lowerCase) return this.#lowerCase;
    const found = new Map<string, readonly Target[]>();
    for (const [name, targets] of this.#index) {
      const plain = name.toLowerCase();
      if (!found.has(plain)) found.set(plain, targets);
    }
    this.#lowerCase = found;
    return found;
  }

  resolveChain(names: readonly string[]): Resolution {
    const targets = new Set<Target>();
    let known = false;
    let anything = false;
    for (const name of names) {
      const resolution = this.resolve(name);
      if (resolution.kind === "unknown") continue;
      known = true;
      anything ||= resolution.kind === "auto";
      for (const target of resolution.targets) targets.add(target);
    }
    if (!known) return { kind: "unknown" };
    return { kind: anything ? "auto" : "named", targets: [...targets], strategy: "priority" };
  }

  #isAuto(link: string): boolean {
    const behindKey = this.#index.has(link) ? undefined : BEHIND_KEY.exec(link)?.[2];
    return (behindKey ?? link).toLowerCase().startsWith("auto");
  }

  /** null where the name does not begin with a key that has models. */
  #byKey(name: string): Resolution | null {
    const [, key = "", rest = ""] = BEHIND_KEY.exec(name) ?? [];
    const keyId = key.toLowerCase();
    if (keyId === "" || !this.#all.some((target) => target.key.id === keyId)) return null;
    const resolution = this.#meaning(rest, false);
    if (resolution.kind === "unknown") return resolution;
    const targets = resolution.targets.filter((target) => target.key.id === keyId);
    return targets.length === 0 ? { kind: "unknown" } : { ...resolution, targets };
  }

  #auto(strategy: StrategyName): Resolution {
    return { kind: "auto", targets: this.#all, strategy };
  }

  /** What stands behind `auto:`: a strategy, or a chain of the user's. */
  #profile(name: string): Resolution {
    const strategy = STRATEGIES.find((known) => known === name);
    if (strategy !== undefined) return this.#auto(strategy);
    const chain = this.#preferences.profiles[name];
    if (chain === undefined) return { kind: "unknown" };
    // A chain in a chain would be a circle sooner or later.
    return this.resolveChain(chain.filter((link) => !this.#isAuto(link)));
  }
}
