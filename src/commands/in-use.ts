/** Which models count: the others wait for a key or for the user's word. */
import type { ModelView, Snapshot } from "../core/command.ts";

/** Switched on, at providers with a key. */
export function modelsInUse({ keys, models }: Pick<Snapshot, "keys" | "models">): ModelView[] {
  const keyed = new Set(keys.map(({ provider }) => provider));
  return models.filter(({ provider, enabled }) => enabled && keyed.has(provider));
}
