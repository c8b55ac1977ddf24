/**
 * Some models (GLM) encode arguments twice: an array or object inside the arguments arrives as a string of JSON. The
 * tool's schema says which strings are meant to be something else; nothing is touched that does not come out as that.
 */
import { isObject, type JsonObject, parseJson } from "../../json.ts";

const MAX_DEPTH = 8;

/** Whether arguments of this schema hold arrays or objects, which could be encoded twice. */
export function hasStructure(schema: JsonObject | undefined): boolean {
  if (!schema || !isObject(schema.properties)) return false;
  return Object.values(schema.properties).some((property) => structureOf(property) !== undefined);
}

/** The arguments with what was encoded twice decoded; the same text when there is nothing of it. */
export function decodeNested(text: string, schema: JsonObject | undefined): string {
  const outer = parseJson(text);
  const inner = typeof outer === "string" ? parseJson(outer) : outer;
  if (!isObject(inner)) return text;
  const repaired = repair(inner, schema, 0);
  return repaired === outer ? text : JSON.stringify(repaired);
}

/** The value itself where nothing had to be changed. */
function repair(value: unknown, schema: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH || !isObject(schema)) return value;
  if (typeof value === "string") {
    const wanted = structureOf(schema);
    const inner = wanted === undefined ? undefined : parseJson(value);
    const fits = wanted === "array" ? Array.isArray(inner) : isObject(inner);
    return fits ? repair(inner, schema, depth + 1) : value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => repair(item, schema.items, depth + 1));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value) || !isObject(schema.properties)) return value;
  const { properties } = schema;
  let changed = false;
  const entries = Object.entries(value).map(([name, member]) => {
    const repaired = Object.hasOwn(properties, name) ? repair(member, properties[name], depth + 1) : member;
    changed ||= repaired !== member;
    return [name, repaired] as const;
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** `array` or `object` where the schema admits nothing that could be a string. */
function structureOf(schema: unknown): "array" | "object" | undefined {
  if (!isObject(schema)) return undefined;
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => type !== "null");
  const [type] = types;
  return types.length === 1 && (type === "array" || type === "object") ? type : undefined;
}
