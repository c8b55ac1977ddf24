/** The form that an answer must have, asked for by field where the provider knows it, else in words. */
import type { ResponseFormat } from "../../../core/chat/request.ts";
import type { OpenAIQuirks } from "../../../core/provider.ts";
import type { JsonObject } from "../../json.ts";

export interface EncodedFormat {
  /** `response_format`; absent when it is not sent. */
  field?: JsonObject;
  /** For the system message, where the field does not say all. */
  instruction?: string;
}

export function encodeFormat(format: ResponseFormat, how: OpenAIQuirks["responseFormat"]): EncodedFormat {
  if (format.type === "text") return how === "drop" ? {} : { field: { type: "text" } };
  if (how === "schema_only") return { field: full(format.type === "json_object" ? ANY_OBJECT : format) };
  if (how === "schema")
    return { field: format.type === "json_object" ? { type: "json_object" } : full(format) };
  const instruction = inWords(format);
  if (how === "drop") return { instruction };
  const field = { type: "json_object" };
  return format.type === "json_object" ? { field } : { field, instruction };
}

type SchemaFormat = Extract<ResponseFormat, { type: "json_schema" }>;

/** Reka takes a bare `{type: "object"}` for a fault of its own and answers with 503 (seen 2026-10). */
const ANY_OBJECT: SchemaFormat = {
  type: "json_schema",
  name: "object",
  schema: { type: "object", properties: {}, additionalProperties: true },
};

function full(format: SchemaFormat): JsonObject {
  const schema: JsonObject = { name: format.name };
  if (format.description !== undefined) schema.description = format.description;
  if (format.schema !== undefined) schema.schema = format.schema;
  if (format.strict !== undefined) schema.strict = format.strict;
  return { type: "json_schema", json_schema: schema };
}

function inWords(format: ResponseFormat): string {
  const form = "Answer with one JSON object and nothing else: no explanation, no code fence.";
  if (format.type !== "json_schema" || format.schema === undefined) return form;
  return `${form} It must match this JSON schema: ${JSON.stringify(format.schema)}`;
}
