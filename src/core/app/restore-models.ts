/** Providers and their models as the store remembers them, at the start. */
import type { RouterEvent } from "../route/event.ts";
import type { Store } from "../store/store.ts";
import { storedCatalogue } from "./model-import.ts";
import { type Overrides, providerEvent, type Registry } from "./registry.ts";

/** What the state is to see of them; nothing of it goes to the journal again. */
export function restoreModels(
  { store, registry }: { store: Store; registry: Registry },
  overrides: Overrides,
  apply: (event: RouterEvent) => void,
): void {
  registry.setCatalogue(storedCatalogue(store));
  for (const list of store.modelLists.list()) registry.setList(list);
  for (const endpoint of store.endpoints.list()) registry.setCustom(endpoint);
  for (const provider of registry.all()) apply(providerEvent(provider, overrides));
  const ordered = store.models.list().filter(({ position }) => position !== null);
  if (ordered.length > 0) {
    apply({ type: "models-ordered", models: ordered.map(({ model }) => model) });
  }
  apply({ type: "models-pinned", models: store.models.pins() });
}
