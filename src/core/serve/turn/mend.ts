/** Makes a call of a tool usable where its meaning is plain. */
import { Validator } from "@cfworker/json-schema";
import { jsonrepair } from "jsonrepair";
import type { Tool, ToolCall } from "../../chat/request.ts";

/**
 * The call with the offered name and arguments that are the JSON text of an object; null where its meaning would have
 * to be guessed. `strict`: the object must also fit the tool's schema.
 */
export function mendCall(call: ToolCall, tools: readonly Tool[], strict: boolean): ToolCall | null {
  const tool = offered(call.name, tools);
  if (!tool && strict) return null;
  const parsed = parseArguments(call.arguments);
  if (parsed === null) return null;
  const schema = tool?.parameters;
  const value = schema && !fits(parsed.value, schema) ? unwrapped(parsed.value, schema) : parsed.value;
  if (strict && schema && !fits(value, schema)) return null;
  const unchanged = value === parsed.value && parsed.asWritten;
  return {
    id: call.id,
    name: tool?.name ?? call.name,
    arguments: unchanged ? call.arguments : JSON.stringify(value),
  };
}

/** By its name; also by one that differs only in case, blanks or a namespace in front. */
export function offered(name: string, tools: readonly Tool[]): Tool | undefined {
  const exact = tools.find((tool) => tool.name === name);
  if (exact) return exact;
  const plain = name
    .trim()
    .replace(/^functions?[.:]/, "")
    .toLowerCase();
  const alike = tools.filter((tool) => tool.name.toLowerCase() === plain);
  return alike.length === 1 ? alike[0] : undefined;
}

type Json = Record<string, unknown>;

/** `asWritten`: the text itself is that object. */
function parseArguments(text: string): { value: Json; asWritten: boolean } | null {
  const plain = text.trim();
  if (plain === "" || plain === "null") return { value: {}, asWritten: false };
  const parsed = parse(plain);
  if (isObject(parsed)) return { value: parsed, asWritten: true };
  // Encoded twice: a string that holds the object.
  const inner = typeof parsed === "string" ? parse(parsed) : undefined;
  if (isObject(inner)) return { value: inner, asWritten: false };
  // Only what has an end is mended: completing the rest would be a guess.
  if (parsed !== undefined || !plain.startsWith("{") || !plain.endsWith("}")) return null;
  try {
    const mended = parse(jsonrepair(plain));
    return isObject(mended) ? { value: mended, asWritten: false } : null;
  } catch {
    return null;
  }
}

/** Members that are JSON text where the schema wants something else: decoded once more. */
function unwrapped(value: Json, schema: Json): Json {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const members = Object.entries(value).map(([name, member]) => {
    const wanted = properties[name];
    if (typeof member !== "string" || !isObject(wanted) || fits(member, wanted)) return [name, member];
    const inner = parse(member);
    return [name, inner !== undefined && fits(inner, wanted) ? inner : member];
  });
  return Object.fromEntries(members);
}

/** What a schema requires without declaring it no model hears of: Gemini's wire cannot even say it. */
function withoutUndeclared(schema: Json): Json {
  const { properties, required } = schema;
  if (!isObject(properties) || !Array.isArray(required)) return schema;
  return { ...schema, required: required.filter((name) => Object.hasOwn(properties, String(name))) };
}

/** A schema that cannot be read forbids nothing. */
export function fits(value: unknown, schema: Json): boolean {
  try {
    return new Validator(withoutUndeclared(schema), "2020-12", true).validate(value).valid;
  } catch {
    return true;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
