/** The evidence about each target, found by whose limit it is: it outlives the targets of one process. */
import type { Counter } from "../route/counter.ts";
import { restScopes, type Target } from "../route/target.ts";
import { Evidence } from "./evidence.ts";
import type { SimParts } from "./world.ts";

interface Known {
  counters: readonly Counter[];
  /** In the order of the counters. */
  evidence: readonly Evidence[];
  /** What may rest. */
  scopes: readonly string[];
}

export class EvidenceFiles {
  readonly #windowOf: SimParts["windowOf"];
  readonly #evidence = new Map<string, Evidence>();
  #byTarget = new Map<Target, Known>();

  constructor(windowOf: SimParts["windowOf"]) {
    this.#windowOf = windowOf;
  }

  get all(): Iterable<Evidence> {
    return this.#evidence.values();
  }

  /** A new process has other targets. */
  forgetTargets(): void {
    this.#byTarget = new Map();
  }

  /** A refusal may have lowered a cap. */
  learnt(target: Target | undefined): void {
    if (target === undefined) return;
    for (const [index, evidence] of this.of(target).entries()) {
      const cap = target.counters[index]?.limit.cap ?? Number.POSITIVE_INFINITY;
      evidence.lowestCap = Math.min(evidence.lowestCap, cap);
    }
  }

  /** In the order of the target's counters. */
  of(target: Target): readonly Evidence[] {
    return this.about(target).evidence;
  }

  about(target: Target): Known {
    const known = this.#byTarget.get(target);
    if (known !== undefined && known.counters === target.counters) return known;
    const { key, model, counters } = target;
    const evidence = counters.map(({ limit }) => {
      const owner = limit.scope === "key" ? key.id : limit.scope === "account" ? key.account : key.provider;
      const name = `${owner}|${limit.pool ?? `model ${model.key}`}|${limit.metric}|${limit.window}`;
      let found = this.#evidence.get(name);
      if (found === undefined) {
        found = new Evidence(limit, this.#windowOf);
        this.#evidence.set(name, found);
      }
      return found;
    });
    const scopes = restScopes(key, model.key);
    const fresh = { counters, evidence, scopes };
    this.#byTarget.set(target, fresh);
    return fresh;
  }
}
