/** Builds a value that a JSON schema accepts: arguments of a tool call, structured answers. */

type Schema = Record<string, unknown>;

/** Deeper than any schema in use; stops those that refer to themselves. */
const MAX_DEPTH = 12;

/** The smallest friendly value that fits; `word` fills strings. Covers what strict structured output allows. */
export function exampleOf(schema: unknown, word: string): unknown {
  return example(schema, isRecord(schema) ? schema : {}, word, 0);
}

function example(schema: unknown, root: Schema, word: string, depth: number): unknown {
  if (!isRecord(schema) || depth > MAX_DEPTH) return null;
  if (typeof schema.$ref === "string") return example(resolve(schema.$ref, root), root, word, depth + 1);
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ("default" in schema) return schema.default;
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return example(branches[0], root, word, depth + 1);
  if (Array.isArray(schema.allOf)) {
    const parts = schema.allOf.map((part) => example(part, root, word, depth + 1));
    return Object.assign({}, ...parts.filter(isRecord));
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "string":
      return text(schema, word);
    case "integer":
    case "number":
      return number(schema, type === "integer");
    case "boolean":
      return true;
    case "null":
      return null;
    case "array": {
      const length = Math.max(1, numeric(schema.minItems) ?? 1);
      return Array.from({ length }, () => example(schema.items ?? { type: "string" }, root, word, depth + 1));
    }
    default: {
      const properties = isRecord(schema.properties) ? schema.properties : {};
      return Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [
          name,
          example(property, root, word, depth + 1),
        ]),
      );
    }
  }
}

const FORMATS: Record<string, string> = {
  date: "2026-11-24",
  time: "12:00:00Z",
  "date-time": "2026-11-24T12:00:00Z",
  duration: "PT1H",
  email: "demo@example.com",
  hostname: "example.com",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
};

function text(schema: Schema, word: string): string {
  if (typeof schema.format === "string" && schema.format in FORMATS) return FORMATS[schema.format] ?? word;
  const shortest = numeric(schema.minLength) ?? 0;
  const longest = numeric(schema.maxLength) ?? Number.POSITIVE_INFINITY;
  return word.padEnd(shortest, ".").slice(0, Math.min(longest, Math.max(word.length, shortest)));
}

function number(schema: Schema, whole: boolean): number {
  const above = numeric(schema.exclusiveMinimum);
  const lowest = numeric(schema.minimum) ?? (above === undefined ? undefined : above + (whole ? 1 : 0.5));
  const below = numeric(schema.exclusiveMaximum);
  const highest = numeric(schema.maximum) ?? (below === undefined ? undefined : below - (whole ? 1 : 0.5));
  const value = Math.min(Math.max(1, lowest ?? 1), highest ?? Number.POSITIVE_INFINITY);
  const step = numeric(schema.multipleOf);
  if (step === undefined || step <= 0) return value;
  const multiple = Math.ceil(value / step) * step;
  return highest !== undefined && multiple > highest ? Math.floor(highest / step) * step : multiple;
}

function resolve(reference: string, root: Schema): unknown {
  if (!reference.startsWith("#")) return undefined;
  let found: unknown = root;
  for (const part of reference.slice(1).split("/").filter(Boolean)) {
    if (!isRecord(found)) return undefined;
    found = found[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return found;
}

function numeric(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
