/** Providers and their models as the store remembers them, at the start. */
import type { RouterState } from "../route/state.ts";
import type { Store } from "../store/store.ts";
import { storedCatalogue } from "./model-import.ts";
import { type Overrides, providerEvent, type Registry } from "./registry.ts";

/** Nothing of this goes to the journal again. */
export function restoreModels(
  { store, registry, state }: { store: Store; registry: Registry; state: RouterState },
  overrides: Overrides,
): void {
  registry.setCatalogue(storedCatalogue(store));
  for (const list of store.modelLists.list()) registry.setList(list);
  for (const endpoint of store.endpoints.list()) registry.setCustom(endpoint);
  for (const provider of registry.all()) state.apply(providerEvent(provider, overrides));
  const ordered = store.models.list().filter(({ position }) => position !== null);
  if (ordered.length > 0) {
    state.apply({ type: "models-ordered", models: ordered.map(({ model }) => model) });
  }
  state.apply({ type: "models-pinned", models: store.models.pins() });
}
