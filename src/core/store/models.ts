/** What the user changed about models: on, off, pinned, and their order. Models without a row are as the catalogue has them. */
import type { Database } from "../ports.ts";
import type { ModelKey } from "../route/event.ts";
import type { Durable } from "./durable.ts";
import { readOptionalNumber, readText } from "./row.ts";

export interface ModelOverride {
  model: ModelKey;
  /** null: as the catalogue has it. */
  enabled: boolean | null;
  /** 1 is first; null: behind those that have one, in catalogue order. */
  position: number | null;
}

export interface Models {
  /** Those with a position first, in their order. */
  list(): ModelOverride[];
  /** null: as the catalogue has it. */
  setEnabled(model: ModelKey, enabled: boolean | null): void;
  /** Makes this the order; models that are left out lose their position. */
  reorder(models: readonly ModelKey[]): void;
  /** First to last. */
  pins(): ModelKey[];
  /** Makes these the pinned ones. */
  setPins(models: readonly ModelKey[]): void;
}

export function createModels(database: Database, durable: Durable): Models {
  const select = database.prepare(
    "SELECT model, enabled, position FROM model_overrides ORDER BY position IS NULL, position, model",
  );
  const setEnabled = database.prepare(`
    INSERT INTO model_overrides (model, enabled) VALUES (?, ?)
    ON CONFLICT (model) DO UPDATE SET enabled = excluded.enabled`);
  const setPosition = database.prepare(`
    INSERT INTO model_overrides (model, position) VALUES (?, ?)
    ON CONFLICT (model) DO UPDATE SET position = excluded.position`);
  const clearPositions = database.prepare("UPDATE model_overrides SET position = NULL");
  const deleteEmpty = database.prepare(
    "DELETE FROM model_overrides WHERE enabled IS NULL AND position IS NULL",
  );

  const selectPins = database.prepare("SELECT model FROM model_pins ORDER BY position, model");
  const clearPins = database.prepare("DELETE FROM model_pins");
  const insertPin = database.prepare("INSERT INTO model_pins (model, position) VALUES (?, ?)");

  return {
    list: () =>
      select.all().map((row) => {
        const enabled = readOptionalNumber(row, "enabled");
        return {
          model: readText(row, "model"),
          enabled: enabled === null ? null : enabled === 1,
          position: readOptionalNumber(row, "position"),
        };
      }),
    setEnabled: (model, enabled) =>
      durable.change(() => {
        setEnabled.run(model, enabled === null ? null : Number(enabled));
        deleteEmpty.run();
      }),
    reorder: (models) =>
      durable.change(() => {
        clearPositions.run();
        [...new Set(models)].forEach((model, index) => {
          setPosition.run(model, index + 1);
        });
        deleteEmpty.run();
      }),
    pins: () => selectPins.all().map((row) => readText(row, "model")),
    setPins: (models) =>
      durable.change(() => {
        clearPins.run();
        [...new Set(models)].forEach((model, index) => {
          insertPin.run(model, index + 1);
        });
      }),
  };
}
