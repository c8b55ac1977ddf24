/** Endpoints of the user's own: each base URL is a provider. */
import type { Database } from "../ports.ts";
import type { LimitSpec } from "../route/limits.ts";
import type { Durable } from "./durable.ts";
import { readJson, readText } from "./row.ts";

/** Has the shape of `CustomEndpoint` in core/provider.ts. */
export interface StoredEndpoint {
  /** The provider id. */
  id: string;
  name: string;
  baseUrl: string;
  models: readonly { id: string; contextWindow: number | null; limits: readonly LimitSpec[] }[];
}

export interface Endpoints {
  /** In the order in which they were added. */
  list(): StoredEndpoint[];
  find(id: string): StoredEndpoint | undefined;
  /** Adds it, or replaces what is known of it. */
  set(endpoint: StoredEndpoint): void;
  /** False when there was none. */
  remove(id: string): boolean;
}

export function createEndpoints(database: Database, durable: Durable): Endpoints {
  const select = database.prepare("SELECT id, name, base_url, models FROM endpoints ORDER BY position, id");
  const upsert = database.prepare(`
    INSERT INTO endpoints (id, name, base_url, models, position)
    VALUES (?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM endpoints))
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, base_url = excluded.base_url, models = excluded.models`);
  const deleteEndpoint = database.prepare("DELETE FROM endpoints WHERE id = ?");
  const deleteList = database.prepare("DELETE FROM model_lists WHERE provider = ?");

  const list = () =>
    select.all().map((row) => ({
      id: readText(row, "id"),
      name: readText(row, "name"),
      baseUrl: readText(row, "base_url"),
      models: readJson<StoredEndpoint["models"]>(row, "models"),
    }));
  const find = (id: string) => list().find((endpoint) => endpoint.id === id);

  return {
    list,
    find,
    set: ({ id, name, baseUrl, models }) =>
      durable.change(() => upsert.run(id, name, baseUrl, JSON.stringify(models))),
    remove: (id) =>
      durable.change(() => {
        if (!find(id)) return false;
        deleteEndpoint.run(id);
        deleteList.run(id);
        return true;
      }),
  };
}
