/** Which models are the same one under the names that providers and servers give them. Pure. */
import type { ProviderSpec } from "../provider.ts";

/** The family of a model by its id; null where none is known. */
export type FamilyOf = (id: string) => string | null;

/** A model's id without its publisher and without what marks it as free: the same at every provider. */
export function bareName(id: string): string {
  const plain = id.toLowerCase().replace(/:free$/, "");
  return plain.slice(plain.lastIndexOf("/") + 1);
}

/** How a model was made smaller, and what file it lies in: the model is the same. */
const PACKING =
  /[-_.:@](?:gguf|ggml|safetensors|mlx|awq|gptq|exl[23]|bnb|i?q\d(?:_[\dkmsxl]+)*|(?:nv|mx)?fp\d+(?:-dynamic)?|bf16|f16|int\d+|w\d+a\d+|[248]-?bits?)$/;
const LATEST = /:latest$/;
/** Trained to follow instructions: nearly nobody serves the other one. */
const TRAINED = /-(?:instruct|it|chat)$/;
/** A version or a size. A name without one may be anything: `default`, `fast`, `mistral`. */
const DIGIT = /\d/;

/** The name of a model as most call it, in lower case: `Qwen/Qwen3-32B-FP8` and `qwen3:32b` are `qwen3-32b`. */
export function plainName(id: string): string {
  let name = bareName(id).replace(LATEST, "");
  for (let shorter = name; ; name = shorter) {
    shorter = name.replace(PACKING, "");
    if (shorter === name) break;
  }
  name = name.replace(":", "-");
  const trained = name.replace(TRAINED, "");
  return DIGIT.test(trained) ? trained : name;
}

/** The same however letters and digits are set apart: `llama3.3:70b`, `Llama-3_3-70B`. */
function spelling(name: string): string {
  const parts = name.match(/[a-z]+|\d+(?:[._]\d+)*[a-z]?(?![a-z])|\d+/g) ?? [];
  return parts.map((part) => part.replaceAll("_", ".")).join("-");
}

/**
 * Of an endpoint of the user's own: the known family, else the plain name. Names that say neither version nor size are left
 * as they are, and are a family by themselves.
 */
export function ownFamily(id: string, familyOf: FamilyOf): string {
  if (!DIGIT.test(bareName(id))) return id;
  return familyOf(id) ?? plainName(id);
}

/** By the models of these providers. Names that stand for several families say nothing. */
export function familiesOf(providers: readonly ProviderSpec[]): FamilyOf {
  const namesOf = (made: (name: string) => string): ReadonlyMap<string, string> =>
    unambiguous(
      providers
        .flatMap(({ models }) => models)
        .flatMap(({ id, family }) => [made(id), made(family)].map((name) => [name, family])),
    );
  let bare: ReadonlyMap<string, string> | null = null;
  let plain: ReadonlyMap<string, string> | null = null;
  // Most installations never ask.
  return (id) => {
    bare ??= namesOf(bareName);
    const known = bare.get(bareName(id));
    if (known !== undefined) return known;
    plain ??= namesOf((name) => spelling(plainName(name)));
    const name = plainName(id);
    return DIGIT.test(name) ? (plain.get(spelling(name)) ?? null) : null;
  };
}

function unambiguous(pairs: readonly (readonly [string, string])[]): Map<string, string> {
  const families = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const [name, family] of pairs) {
    const known = families.get(name);
    if (known !== undefined && known !== family) ambiguous.add(name);
    families.set(name, family);
  }
  for (const name of ambiguous) families.delete(name);
  return families;
}
