/** What a new list or catalogue changes about a provider's models. Pure. */
import type { ModelChange } from "../command.ts";
import { limitText } from "../route/limits.ts";
import type { LayeredModel, LayeredProvider } from "./layers.ts";
import { isRouted, type Overrides, providerEvent } from "./registry.ts";

type Fact = ModelChange["facts"][number];

export function modelChanges(
  before: LayeredProvider | undefined,
  after: LayeredProvider,
  overrides: Overrides,
): ModelChange[] {
  const known = new Map(before?.models.map((model) => [model.id, model]));
  const event = providerEvent(after, overrides);
  const used = new Set(
    event.type === "provider-set" ? event.models.flatMap(({ id, enabled }) => (enabled ? [id] : [])) : [],
  );
  const changes: ModelChange[] = [];
  const add = (id: string, kind: ModelChange["kind"], facts: Fact[]): void => {
    changes.push({ model: `${after.id}/${id}`, kind, facts, enabled: used.has(id) });
  };
  for (const model of after.models) {
    const old = known.get(model.id);
    known.delete(model.id);
    const isGone = model.status === "retired";
    if (!old || old.status === "retired") {
      if (!isGone)
        add(
          model.id,
          old ? "back" : "new",
          factsOf(after, model).filter(({ to }) => to !== null),
        );
    } else if (isGone) {
      add(model.id, "gone", []);
    } else {
      const facts = difference(factsOf(before ?? after, old), factsOf(after, model));
      if (facts.length > 0) add(model.id, "changed", facts);
    }
  }
  for (const old of known.values()) {
    // What was found and never used is nobody's loss, but for what it says of the list.
    if (old.status !== "retired" || (before && isRouted(before, old, overrides))) add(old.id, "gone", []);
  }
  return changes;
}

function difference(before: readonly Fact[], after: readonly Fact[]): Fact[] {
  return after.flatMap((fact, index) => {
    const from = before[index]?.to ?? null;
    return from === fact.to ? [] : [{ ...fact, from }];
  });
}

/** Always the same facts in the same order. */
function factsOf(provider: LayeredProvider, model: LayeredModel): Fact[] {
  const { tools, vision, jsonSchema, reasoning } = model.capabilities;
  const abilities = Object.entries({ tools, vision, jsonSchema, reasoning }).flatMap(([name, can]) =>
    can ? [name] : [],
  );
  const values: Record<string, string | number | null> = {
    status: model.status,
    context: model.contextWindow,
    max_output: model.maxOutputTokens,
    family: model.family,
    capabilities: abilities.join(", ") || null,
    data_use: model.dataUse ?? provider.dataUse,
    limits: model.limits.map(limitText).join(", ") || null,
    aliases: model.aliases?.join(", ") || null,
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    from: null,
    to: value === null ? null : String(value),
  }));
}
