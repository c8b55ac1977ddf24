/**
 * A JSON schema cut down to what every reader of schemas takes: types, properties, items, enums and descriptions.
 * Local references are put in place, unions become the one schema that admits all their members as far as that can be
 * said. What is lost makes the schema wider, never narrower, except where members of a union contradict each other:
 * there the first one stays.
 */
import { isObject, type JsonObject, text } from "../../json.ts";

const MAX_DEPTH = 24;
/** References multiply: a small schema can stand for a huge one. */
const MAX_NODES = 4_000;
const ANYTHING: JsonObject = { type: "object" };
const CARRIED = ["description", "minimum", "maximum"] as const;

interface Walk {
  root: JsonObject;
  nodes: number;
  /** References that are being put in place: one that comes again inside itself ends there. */
  open: Set<string>;
}

/** The schema of a tool's arguments: always an object with properties, if only with none. */
export function plainSchema(schema: JsonObject): JsonObject {
  const plain = reduce(schema, { root: schema, nodes: 0, open: new Set() }, 0);
  if (plain.type !== "object") return { ...ANYTHING, properties: {} };
  return isObject(plain.properties) ? plain : { ...plain, properties: {} };
}

function reduce(value: unknown, walk: Walk, depth: number): JsonObject {
  if (depth > MAX_DEPTH || ++walk.nodes > MAX_NODES || !isObject(value)) return { ...ANYTHING };
  const reference = text(value.$ref);
  if (reference === "") return composed(value, walk, depth);
  const target = walk.open.has(reference) ? undefined : pointed(walk.root, reference);
  if (!target) return { ...ANYTHING };
  walk.open.add(reference);
  // Fields beside a reference count more than those that it leads to.
  const { $ref, ...beside } = value;
  const plain = reduce({ ...target, ...beside }, walk, depth + 1);
  walk.open.delete(reference);
  return plain;
}

function composed(schema: JsonObject, walk: Walk, depth: number): JsonObject {
  const plain = own(schema, walk, depth);
  for (const member of members(schema.allOf)) join(plain, reduce(member, walk, depth + 1), "both");
  const any = [...members(schema.anyOf), ...members(schema.oneOf)].filter((member) => !isNull(member));
  if (any.length > 0) {
    const union = any.map((member) => reduce(member, walk, depth + 1)).reduce(widest);
    join(plain, union, "both");
  }
  plain.type ??= typeOf(plain);
  if (plain.type === "array") plain.items ??= { type: "string" };
  return plain;
}

/** What the schema says by itself, without the schemas that it is composed of. */
function own(schema: JsonObject, walk: Walk, depth: number): JsonObject {
  const plain: JsonObject = {};
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== "null") : schema.type;
  if (typeof type === "string") plain.type = type;
  for (const field of CARRIED) if (schema[field] !== undefined) plain[field] = schema[field];
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (Array.isArray(values)) {
    const named = values.filter((item) => item !== null);
    if (named.length > 0) plain.enum = named;
  }
  if (isObject(schema.properties)) {
    const reduced = Object.entries(schema.properties).map(
      ([name, property]) => [name, reduce(property, walk, depth + 1)] as const,
    );
    const properties: JsonObject = Object.fromEntries(reduced);
    plain.properties = properties;
    if (Array.isArray(schema.required)) {
      const required = schema.required.filter(
        (name) => typeof name === "string" && Object.hasOwn(properties, name),
      );
      if (required.length > 0) plain.required = required;
    }
  }
  const items = Array.isArray(schema.prefixItems) ? schema.prefixItems[0] : schema.items;
  const item: unknown = Array.isArray(items) ? items[0] : items;
  if (isObject(item)) plain.items = reduce(item, walk, depth + 1);
  return plain;
}

/** What a reference inside the document leads to. */
function pointed(root: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith("#")) return undefined;
  let value: unknown = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return isObject(value) ? value : undefined;
}

function members(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNull(member: unknown): boolean {
  return isObject(member) && (member.type === "null" || member.const === null);
}

/** Adds to `target` what `more` says; `both`: a property that one of them requires is required. */
function join(target: JsonObject, more: JsonObject, required: "both" | "common"): void {
  for (const [field, value] of Object.entries(more)) {
    if (field === "properties" && isObject(target.properties) && isObject(value)) {
      target.properties = { ...value, ...target.properties };
    } else if (field !== "required") {
      target[field] ??= value;
    }
  }
  const first = members(target.required);
  const second = members(more.required);
  const names =
    required === "both" ? [...new Set([...first, ...second])] : first.filter((name) => second.includes(name));
  if (names.length > 0) target.required = names;
  else delete target.required;
}

/** One schema for two alternatives. */
function widest(first: JsonObject, second: JsonObject): JsonObject {
  if (first.type !== second.type) return first;
  const union = { ...first };
  delete union.enum;
  if (Array.isArray(first.enum) && Array.isArray(second.enum)) {
    union.enum = [...new Set([...first.enum, ...second.enum])];
  }
  join(union, { ...second, enum: undefined }, "common");
  if (union.enum === undefined) delete union.enum;
  for (const field of ["minimum", "maximum"]) if (first[field] !== second[field]) delete union[field];
  return union;
}

function typeOf(plain: JsonObject): string {
  if (plain.properties !== undefined) return "object";
  if (plain.items !== undefined) return "array";
  const [value] = members(plain.enum);
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  return value === undefined && plain.description === undefined ? "object" : "string";
}
