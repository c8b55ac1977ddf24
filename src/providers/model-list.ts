/** The reply of `GET /models`, in the shapes that servers give it. */
import type { Capabilities, ListedModel, ModelListing } from "../core/provider.ts";
import { isObject, type JsonObject, parseJson } from "./json.ts";

const WINDOW_FIELDS = [
  "context_window",
  "context_length",
  "max_context_length",
  "max_model_len",
  "n_ctx",
  "inputTokenLimit",
];
const OUTPUT_FIELDS = ["max_completion_tokens", "max_output_tokens", "max_output_length", "outputTokenLimit"];
/** What some lists name the kinds of models that do not answer with text. */
const OTHER_KINDS = [
  "embedding",
  "embeddings",
  "rerank",
  "image",
  "audio",
  "moderation",
  "transcribe",
  "video",
];

/** `{data: [...]}`, `{models: [...]}`, Cloudflare's `{result: [...]}` or a bare array, of objects or of ids; undefined when it is none of these. */
export function parseModelList(body: string): ModelListing | undefined {
  const parsed = parseJson(body);
  const rows = isObject(parsed) ? (parsed.data ?? parsed.models ?? parsed.result) : parsed;
  if (!Array.isArray(rows)) return undefined;
  const models = new Map<string, ListedModel>();
  for (const row of rows) {
    const model = readRow(row);
    if (model && !models.has(model.id)) models.set(model.id, model);
  }
  return { models: withoutCollection([...models.values()]), whole: !(isObject(parsed) && hasMore(parsed)) };
}

function hasMore(list: JsonObject): boolean {
  const { result_info: page } = list;
  if (isObject(page) && Number(page.count) < Number(page.total_count)) return true;
  return list.has_more === true || [list.nextPageToken, list.next_page_token].some(isText);
}

/** Google writes `models/` before every id, in lists alone. */
function withoutCollection(models: ListedModel[]): ListedModel[] {
  const prefix = "models/";
  if (!models.every(({ id }) => id.startsWith(prefix))) return models;
  return models.map((model) => ({ ...model, id: model.id.slice(prefix.length) }));
}

function readRow(row: unknown): ListedModel | undefined {
  const unknown = { contextWindow: null, maxOutputTokens: null, price: null, capabilities: null };
  if (typeof row === "string") return row === "" ? undefined : { id: row, ...unknown };
  if (!isObject(row)) return undefined;
  // Beside a task the id is a number of the catalogue, and the name what calls take.
  const id = (isObject(row.task) ? [row.name] : [row.id, row.model, row.name]).find(isText);
  if (id === undefined || !answersWithText(row)) return undefined;
  const meta = isObject(row.meta) ? row.meta : {};
  const top = isObject(row.top_provider) ? row.top_provider : {};
  return {
    id,
    contextWindow: tokensOf(WINDOW_FIELDS, row, meta, propertiesOf(row)),
    maxOutputTokens: tokensOf(OUTPUT_FIELDS, row, top),
    price: priceOf(row.pricing, id),
    capabilities: capabilitiesOf(row),
  };
}

function answersWithText(row: JsonObject): boolean {
  const { architecture, capabilities, type, task, endpoints, supportedGenerationMethods: methods } = row;
  if (Array.isArray(methods) && !methods.includes("generateContent")) return false;
  if (Array.isArray(endpoints) && endpoints.every(isText) && !endpoints.includes("chat")) return false;
  if (isObject(task)) return task.name === "Text Generation";
  if (isObject(architecture) && Array.isArray(architecture.output_modalities)) {
    return architecture.output_modalities.includes("text");
  }
  if (isObject(capabilities) && capabilities.completion_chat === false) return false;
  return !(isText(type) && OTHER_KINDS.includes(type));
}

/**
 * Proof is a table of prices as texts that are all zero, asked and answered tokens among them, or `:free` at the end of the
 * id where no price is told: both as OpenRouter and its like have it (2026-10). Numbers prove nothing: elsewhere a 0 also
 * stands for a price that is not told.
 */
function priceOf(pricing: unknown, id: string): ListedModel["price"] {
  if (!isObject(pricing)) return id.endsWith(":free") ? "free" : null;
  const prices = Object.values(pricing).filter((price) => price !== null);
  const zero = prices.every((price) => isText(price) && Number(price) === 0);
  if (zero && isText(pricing.prompt) && isText(pricing.completion)) return "free";
  const some = prices.some((price) => (isText(price) || typeof price === "number") && Number(price) !== 0);
  return some ? "paid" : null;
}

/** As OpenRouter (`supported_parameters`, `architecture`) or Mistral (`capabilities`) tell them. */
function capabilitiesOf(row: JsonObject): Capabilities | null {
  const { supported_parameters: parameters, architecture, capabilities } = row;
  if (Array.isArray(parameters)) {
    const inputs = isObject(architecture) ? architecture.input_modalities : null;
    return {
      tools: parameters.includes("tools"),
      vision: Array.isArray(inputs) && inputs.includes("image"),
      jsonSchema: parameters.includes("structured_outputs"),
      reasoning: parameters.includes("reasoning"),
    };
  }
  if (!isObject(capabilities) || typeof capabilities.function_calling !== "boolean") return null;
  return {
    tools: capabilities.function_calling,
    vision: capabilities.vision === true,
    jsonSchema: capabilities.function_calling,
    reasoning: capabilities.reasoning === true,
  };
}

/** Cloudflare's `properties`, numbers as texts among them. */
function propertiesOf({ properties }: JsonObject): JsonObject {
  const list = Array.isArray(properties) ? properties.filter(isObject) : [];
  return Object.fromEntries(
    list.flatMap(({ property_id: name, value }) =>
      isText(name) ? [[name, isText(value) && /^\d+$/.test(value) ? Number(value) : value]] : [],
    ),
  );
}

function tokensOf(fields: readonly string[], ...places: readonly JsonObject[]): number | null {
  for (const field of fields) {
    for (const place of places) {
      const value = place[field];
      if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    }
  }
  return null;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
