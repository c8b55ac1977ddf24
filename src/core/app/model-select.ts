/** Which models the words of a command mean. */
import { CommandError } from "../command.ts";
import { type ModelKey, modelKey } from "../route/event.ts";
import type { LayeredModel } from "./layers.ts";
import type { ModelSource } from "./model-host.ts";

interface Known {
  key: ModelKey;
  provider: string;
  model: LayeredModel;
}

/**
 * By id; else all of a provider, a family or an upstream id; else all that fit a pattern with `*`. Models in the order
 * in which they are tried, then the others. Only its id names a model that is retired or gone. Throws CommandError.
 */
export function selectModels(app: ModelSource, words: readonly string[]): ModelKey[] {
  const known = knownModels(app);
  const overrides = app.modelOverrides();
  return [...new Set(words.flatMap((word) => selected(word, known, overrides)))];
}

function selected(
  word: string,
  known: readonly Known[],
  overrides: ReadonlyMap<ModelKey, boolean>,
): ModelKey[] {
  if (known.some(({ key }) => key === word) || overrides.has(word)) return [word];
  const living = known.filter(({ model }) => model.status !== "retired");
  const meanings: ((entry: Known) => boolean)[] = [
    ({ provider }) => provider === word,
    ({ model }) => model.family === word,
    ({ model }) => model.id === word,
  ];
  if (word.includes("*")) {
    const pattern = globPattern(word);
    meanings.push(({ key }) => pattern.test(key));
  }
  for (const meaning of meanings) {
    const found = living.filter(meaning);
    if (found.length > 0) return found.map(({ key }) => key);
  }
  const what = word.includes("*") ? "No model fits" : "There is no model";
  throw new CommandError("unknown_model", `${what} "${word}".`, "See: freellm models list");
}

function knownModels({ state, registry }: ModelSource): Known[] {
  const all = new Map<ModelKey, Known>();
  for (const provider of registry.all()) {
    for (const model of provider.models) {
      const key = modelKey(provider.id, model.id);
      all.set(key, { key, provider: provider.id, model });
    }
  }
  const ordered = state.catalogue.orderedModels().flatMap(({ key }) => all.get(key) ?? []);
  return [...new Set([...ordered, ...all.values()])];
}

/** `*` stands for any text, slashes included. Linear: the parts between the stars are literal. */
function globPattern(glob: string): RegExp {
  const parts = glob.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i");
}
