/** What the providers' own lists of models said last. */
import type { Database } from "../ports.ts";
import type { ListedModel } from "../route/limits.ts";
import type { Durable } from "./durable.ts";
import { readJson, readNumber, readText } from "./row.ts";

export interface StoredModelList {
  provider: string;
  /** When it was read, epoch milliseconds. */
  at: number;
  /** It was read with a key and to its end: what is missing in it is gone. */
  whole: boolean;
  models: readonly ListedModel[];
}

export interface ModelLists {
  list(): StoredModelList[];
  find(provider: string): StoredModelList | undefined;
  set(list: StoredModelList): void;
}

export function createModelLists(database: Database, durable: Durable): ModelLists {
  const select = database.prepare("SELECT provider, at, whole, models FROM model_lists ORDER BY provider");
  const upsert = database.prepare(
    "INSERT OR REPLACE INTO model_lists (provider, at, whole, models) VALUES (?, ?, ?, ?)",
  );
  const list = () =>
    select.all().map((row) => ({
      provider: readText(row, "provider"),
      at: readNumber(row, "at"),
      whole: readNumber(row, "whole") === 1,
      models: readJson<StoredModelList["models"]>(row, "models"),
    }));
  return {
    list,
    find: (provider) => list().find((entry) => entry.provider === provider),
    set: ({ provider, at, whole, models }) =>
      durable.change(() => upsert.run(provider, at, Number(whole), JSON.stringify(models))),
  };
}
