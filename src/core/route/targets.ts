/** The targets that there are: found by key and model, listed in the order in which they came. */
import type { KeyId, ModelKey } from "./event.ts";
import type { Target } from "./target.ts";

export class Targets {
  readonly #byKey = new Map<KeyId, Map<ModelKey, Target>>();
  readonly #byName = new Map<string, Target>();

  get all(): Iterable<Target> {
    return this.#byName.values();
  }

  /** Asked with every event: no name is put together for it. */
  find(keyId: KeyId, model: ModelKey): Target | undefined {
    return this.#byKey.get(keyId)?.get(model);
  }

  /** In the place of one of the same key and model. */
  set(target: Target): void {
    const { key, model } = target;
    const own = this.#byKey.get(key.id);
    if (own) own.set(model.key, target);
    else this.#byKey.set(key.id, new Map([[model.key, target]]));
    this.#byName.set(`${key.id} ${model.key}`, target);
  }

  keepOnly(current: ReadonlySet<Target>): void {
    for (const [name, target] of this.#byName) {
      if (current.has(target)) continue;
      this.#byName.delete(name);
      this.#byKey.get(target.key.id)?.delete(target.model.key);
    }
  }
}
