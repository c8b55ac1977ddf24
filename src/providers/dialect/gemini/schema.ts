/**
 * JSON schemas, reduced to the part of OpenAPI that Gemini reads (`Schema` of generativelanguage v1beta, November 2026).
 * Every keyword that is not known there makes it refuse the whole request, so only known ones are written.
 */
import { isObject, type JsonObject, text } from "../../json.ts";

const MAX_DEPTH = 24;
/** References can multiply: what a schema of this many nodes does not say by then is left open. */
const MAX_NODES = 4_000;

const TYPES: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean", "object", "array"]);
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ["date-time"],
  number: ["float", "double"],
  integer: ["int32", "int64"],
};

/** A schema as Gemini takes it, local references inlined. */
export function reduceSchema(schema: unknown): JsonObject {
  return new Reducer(schema).reduce(schema, [], 0);
}

/** The parameters of a function: an object or nothing, for one without parameters. */
export function reduceParameters(schema: unknown): JsonObject | undefined {
  const reduced = reduceSchema(schema);
  const object = reduced.type === undefined ? mergeAlternatives(reduced.anyOf) : reduced;
  delete object.nullable;
  return object.type === "OBJECT" && isObject(object.properties) ? object : undefined;
}

/** One object that takes what any of the alternatives takes: parameters cannot be a union. */
function mergeAlternatives(alternatives: unknown): JsonObject {
  const objects = (Array.isArray(alternatives) ? alternatives : []).filter(
    (one) => isObject(one) && one.type === "OBJECT" && isObject(one.properties),
  );
  const merged: JsonObject = { type: "OBJECT" };
  if (objects.length === 0) return merged;
  merged.properties = Object.assign({}, ...objects.map((one) => one.properties).toReversed());
  const required = objects
    .map((one): unknown[] => (Array.isArray(one.required) ? one.required : []))
    .reduce((common, names) => common.filter((name) => names.includes(name)));
  if (required.length > 0) merged.required = required;
  return merged;
}

class Reducer {
  readonly #root: unknown;
  #nodes = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** `references` are those that led here: one that comes again is a circle. */
  reduce(given: unknown, references: readonly string[], depth: number): JsonObject {
    if (!isObject(given)) return { type: "STRING" };
    if (++this.#nodes > MAX_NODES || depth > MAX_DEPTH) return { type: "OBJECT" };
    const followed = this.#follow(given, references);
    if (followed === null) return described({ type: "OBJECT" }, given);
    const { node, trail } = followed;
    const below = (inner: unknown): JsonObject => this.reduce(inner, trail, depth + 1);

    const union = unionOf(node);
    if (union !== null) return this.#union(node, union, below);
    const types = typesOf(node);
    const nullable = node.nullable === true || types.includes("null") || listOf(node.enum).includes(null);
    const named = types.filter((type) => TYPES.has(type));
    const result =
      named.length > 1
        ? described(
            { anyOf: named.map((type) => typed({ ...node, description: undefined }, type, below)) },
            node,
          )
        : typed(node, named[0] ?? impliedType(node), below);
    if (nullable) result.nullable = true;
    return result;
  }

  /** The node without `$ref` and `allOf`; null where that goes in a circle. */
  #follow(
    given: JsonObject,
    references: readonly string[],
  ): { node: JsonObject; trail: readonly string[] } | null {
    let node = given;
    let trail = references;
    while (typeof node.$ref === "string") {
      const { $ref: reference, ...beside } = node;
      if (trail.includes(reference)) return null;
      trail = [...trail, reference];
      const found = resolve(this.#root, reference);
      node = { ...(isObject(found) ? found : {}), ...beside };
    }
    if (!Array.isArray(node.allOf)) return { node, trail };
    const { allOf, ...beside } = node;
    const parts: JsonObject[] = [];
    for (const part of allOf) {
      const followed = isObject(part) ? this.#follow(part, trail) : null;
      if (followed === null) continue;
      parts.push(followed.node);
      trail = [...trail, ...followed.trail.filter((reference) => !trail.includes(reference))];
    }
    return { node: intersect([...parts, beside]), trail };
  }

  #union(node: JsonObject, union: readonly unknown[], below: (inner: unknown) => JsonObject): JsonObject {
    const beside = withoutUnion(node);
    const options = union.filter((option) => !(isObject(option) && option.type === "null"));
    const nullable = options.length < union.length || node.nullable === true;
    const [only] = options;
    const result =
      options.length <= 1
        ? below({ ...beside, ...(isObject(only) ? only : {}), ...descriptionOf(beside) })
        : described(
            {
              anyOf: options.map((option) =>
                below(isObject(option) ? withType(option, beside.type) : option),
              ),
            },
            beside,
          );
    if (nullable) result.nullable = true;
    return result;
  }
}

function withType(option: JsonObject, type: unknown): JsonObject {
  const open = option.type === undefined && option.$ref === undefined && unionOf(option) === null;
  return open && type !== undefined ? { type, ...option } : option;
}

function withoutUnion(node: JsonObject): JsonObject {
  const { anyOf: _any, oneOf: _one, ...beside } = node;
  return beside;
}

/** The alternatives of a node. Those beside properties or items only restrict them, which Gemini has no word for. */
function unionOf(node: JsonObject): readonly unknown[] | null {
  const union = Array.isArray(node.anyOf) ? node.anyOf : node.oneOf;
  if (!Array.isArray(union) || union.length === 0) return null;
  return isObject(node.properties) || node.items !== undefined ? null : union;
}

/** The keywords that belong to the type, and none besides. */
function typed(node: JsonObject, type: string, below: (inner: unknown) => JsonObject): JsonObject {
  const result: JsonObject = { type: type.toUpperCase() };
  const keep = (field: string, fits: (value: unknown) => boolean): void => {
    if (fits(node[field])) result[field] = node[field];
  };
  const values = node.const === undefined ? listOf(node.enum) : [node.const];
  let note = "";
  switch (type) {
    case "object":
      addProperties(result, node, below);
      break;
    case "array":
      result.items = below(
        Array.isArray(node.items) ? node.items[0] : (node.items ?? listOf(node.prefixItems)[0]),
      );
      for (const field of ["minItems", "maxItems"]) keep(field, isLength);
      break;
    case "string": {
      const words = values.filter((value) => typeof value === "string" && value !== "");
      if (words.length > 0) result.enum = [...new Set(words)];
      for (const field of ["minLength", "maxLength"]) keep(field, isLength);
      break;
    }
    case "number":
    case "integer":
      for (const field of ["minimum", "maximum"]) keep(field, Number.isFinite);
      // An enumeration is of strings alone.
      if (values.length > 0) note = `One of: ${values.filter((value) => value !== null).join(", ")}.`;
      break;
  }
  keep("format", (format) => FORMATS[type]?.includes(text(format)) === true);
  return described(result, node, note);
}

function addProperties(result: JsonObject, node: JsonObject, below: (inner: unknown) => JsonObject): void {
  if (!isObject(node.properties)) return;
  const properties = Object.entries(node.properties).map(([name, inner]) => [name, below(inner)] as const);
  if (properties.length === 0) return;
  result.properties = Object.fromEntries(properties);
  const names = new Set(properties.map(([name]) => name));
  const required = listOf(node.required).filter((name) => typeof name === "string" && names.has(name));
  if (required.length > 0) result.required = [...new Set(required)];
}

function described(result: JsonObject, node: JsonObject, note = ""): JsonObject {
  const words = [text(node.description), note].filter((part) => part !== "").join(" ");
  return words === "" ? result : { ...result, description: words };
}

function descriptionOf(node: JsonObject): JsonObject {
  return text(node.description) === "" ? {} : { description: node.description };
}

function typesOf(node: JsonObject): string[] {
  return (Array.isArray(node.type) ? node.type : [node.type]).map((type) => text(type).toLowerCase());
}

/** What a schema without a type is about. */
function impliedType(node: JsonObject): string {
  if (isObject(node.properties)) return "object";
  if (node.items !== undefined || node.prefixItems !== undefined) return "array";
  const [value] = node.const === undefined ? listOf(node.enum) : [node.const];
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "boolean" ? "boolean" : "string";
}

/** All of the schemas at once: their properties together, of everything else the last. */
function intersect(parts: readonly JsonObject[]): JsonObject {
  const merged: JsonObject = {};
  const properties: JsonObject = {};
  const required: unknown[] = [];
  for (const part of parts) {
    Object.assign(merged, part);
    if (isObject(part.properties)) Object.assign(properties, part.properties);
    required.push(...listOf(part.required));
  }
  if (Object.keys(properties).length > 0) merged.properties = properties;
  if (required.length > 0) merged.required = required;
  return merged;
}

/** What a local JSON pointer (`#/$defs/name`) leads to. */
function resolve(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  let found: unknown = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const key = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isLength(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
