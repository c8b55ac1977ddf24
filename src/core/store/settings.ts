/** Small named values that must not get lost: the vault's header, the sealed unified token. */
import type { Database } from "../ports.ts";
import type { Durable } from "./durable.ts";
import { readText } from "./row.ts";
import { StoreError } from "./store-error.ts";

export interface Settings {
  /** undefined where it was never set. Throws StoreError `corrupt` when a sealed value lies under this name. */
  text(name: string): string | undefined;
  /** A sealed value, as bytes. */
  sealed(name: string): Uint8Array | undefined;
  /** Those that begin with `prefix`, in order. */
  names(prefix: string): string[];
  set(name: string, value: string | Uint8Array): void;
  remove(name: string): void;
}

export function createSettings(database: Database, durable: Durable): Settings {
  const select = database.prepare("SELECT value FROM settings WHERE name = ?");
  const selectNames = database.prepare(
    "SELECT name FROM settings WHERE substr(name, 1, ?) = ? ORDER BY name",
  );
  const upsert = database.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
  const deleteSetting = database.prepare("DELETE FROM settings WHERE name = ?");

  const wrongKind = (name: string) =>
    new StoreError("corrupt", `The setting ${name} holds the wrong kind of value.`);

  return {
    text(name) {
      const value = select.get(name)?.value;
      if (value === undefined || typeof value === "string") return value;
      throw wrongKind(name);
    },
    sealed(name) {
      const value = select.get(name)?.value;
      if (value === undefined || value instanceof Uint8Array) return value;
      throw wrongKind(name);
    },
    names: (prefix) => selectNames.all(prefix.length, prefix).map((row) => readText(row, "name")),
    set: (name, value) => durable.change(() => upsert.run(name, value)),
    remove: (name) => durable.change(() => deleteSetting.run(name)),
  };
}
