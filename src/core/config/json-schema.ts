/** The table of settings as a JSON schema of config.toml, for editors that complete and check it. */
import { environmentName, settingRows } from "./settings.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type Fields = Record<string, Json>;

/** The schema of a whole config.toml. Throws where a setting has a type that cannot be told as JSON. */
export function settingsJsonSchema(): Fields {
  const properties = settingRows().map(([name, row]): [string, Json] => [
    name,
    {
      ...jsonSchemaOf(row.schema()),
      description: `${row.help} Also by ${environmentName(name)}${row.flag === undefined ? "" : ` or ${row.flag}`}.`,
      ...(row.secret ? {} : { default: toJson(row.default) }),
    },
  ]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "freellm settings (config.toml)",
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
}

function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** What a validation schema says of itself; which fields there are depends on `type`. */
function jsonSchemaOf(schema: unknown): Fields {
  const checks = fieldOf(schema, "pipe");
  if (!Array.isArray(checks)) return typeFields(schema);
  // A look at the value as it comes, before its real type.
  if (fieldOf(schema, "type") === "custom") return jsonSchemaOf(checks[1]);
  const base = typeFields(schema);
  const isArray = base.type === "array";
  // The first entry of a pipe is the type itself.
  return Object.assign({}, base, ...checks.slice(1).map((check) => checkFields(check, isArray)));
}

function typeFields(schema: unknown): Fields {
  const type = fieldOf(schema, "type");
  switch (type) {
    case "string":
    case "number":
    case "boolean":
      return { type };
    case "array":
      return { type, items: jsonSchemaOf(fieldOf(schema, "item")) };
    case "record":
      return { type: "object", additionalProperties: jsonSchemaOf(fieldOf(schema, "value")) };
    case "picklist":
      return { type: "string", enum: toJson(fieldOf(schema, "options")) };
    default:
      throw new Error(`no JSON schema for the type ${String(type)}`);
  }
}

function checkFields(check: unknown, isArray: boolean): Fields {
  const type = fieldOf(check, "type");
  const requirement = fieldOf(check, "requirement");
  switch (type) {
    case "integer":
      return { type: "integer" };
    case "min_value":
      return { minimum: Number(requirement) };
    case "max_value":
      return { maximum: Number(requirement) };
    case "min_length":
      return isArray ? { minItems: Number(requirement) } : { minLength: Number(requirement) };
    case "regex":
      return { pattern: requirement instanceof RegExp ? patternOf(requirement) : "" };
    default:
      throw new Error(`no JSON schema for the check ${String(type)}`);
  }
}

/** JSON schemas know no flags: a letter that may be of either case is written as both. */
function patternOf({ source, flags }: RegExp): string {
  if (!flags.includes("i")) return source;
  return source.replace(/\\.|\(\?.|[a-z]/gi, (part) =>
    part.length > 1 ? part : `[${part.toLowerCase()}${part.toUpperCase()}]`,
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
