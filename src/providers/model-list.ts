/** The reply of `GET /models`, in the shapes that servers give it. */
import { isObject, type JsonObject, parseJson } from "./json.ts";

export interface ListedModel {
  id: string;
  contextWindow: number | null;
}

const WINDOW_FIELDS = ["context_window", "context_length", "max_context_length", "max_model_len", "n_ctx"];

/** `{data: [...]}`, `{models: [...]}` or a bare array, of objects or of ids; undefined when it is none of these. */
export function parseModelList(body: string): ListedModel[] | undefined {
  const parsed = parseJson(body);
  const rows = isObject(parsed) ? (parsed.data ?? parsed.models) : parsed;
  if (!Array.isArray(rows)) return undefined;
  const models = new Map<string, ListedModel>();
  for (const row of rows) {
    const model = readRow(row);
    if (model && !models.has(model.id)) models.set(model.id, model);
  }
  return [...models.values()];
}

function readRow(row: unknown): ListedModel | undefined {
  if (typeof row === "string") return row === "" ? undefined : { id: row, contextWindow: null };
  if (!isObject(row)) return undefined;
  const id = [row.id, row.model, row.name].find((name) => typeof name === "string" && name !== "");
  return typeof id === "string" ? { id, contextWindow: windowOf(row) } : undefined;
}

function windowOf(row: JsonObject): number | null {
  const meta = isObject(row.meta) ? row.meta : {};
  for (const field of WINDOW_FIELDS) {
    const value = row[field] ?? meta[field];
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  }
  return null;
}
