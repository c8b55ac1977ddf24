/** What a restore would change: the backup beside what is there. */
import type { Backup } from "../../core/app/backup-file.ts";
import { type HeldKey, heldKeys, heldTokens, keyNumbers, rowsOf } from "../../core/app/user-data.ts";
import type { SnapshotContent } from "../../core/store/snapshot.ts";
import type { Vault } from "../../core/vault/vault.ts";

export interface KeyChange {
  /** In the backup; null for a key that only is here. */
  id: string | null;
  /** After the restore; null for one that goes. */
  newId: string | null;
  change: "new" | "same" | "other_id" | "goes";
  last4: string | null;
}

export interface RestoreChanges {
  keys: KeyChange[];
  /** By id in the backup: what the key is called here, because its id is taken by another key. */
  renamed: ReadonlyMap<string, string>;
  /** Parts that change, in words. */
  parts: string[];
}

/** What is here, null where nothing is. */
export interface Present {
  content: SnapshotContent | null;
  vault: Vault | null;
  config: string | null;
}

const PARTS: readonly (readonly [table: string, says: string])[] = [
  ["endpoints", "endpoints of your own"],
  ["model_overrides", "which models are on, and their order"],
  ["model_pins", "pinned models"],
  ["catalogues", "imported catalogues"],
];

/** Throws VaultError. */
export function restoreChanges(backup: Backup, backupVault: Vault, present: Present): RestoreChanges {
  const here = present.content;
  const before = here === null || present.vault === null ? [] : heldKeys(here, present.vault);
  const after = heldKeys(backup.content, backupVault);
  const renamed = renames(after, before, backup.content, here);
  const keys = [
    ...after.map((key): KeyChange => {
      const newId = renamed.get(key.id) ?? key.id;
      const same = before.some((other) => isSame(key, other));
      const change = newId !== key.id ? "other_id" : same ? "same" : "new";
      return { id: key.id, newId, change, last4: key.last4 };
    }),
    ...before
      .filter((key) => !after.some((other) => isSame(key, other)))
      .map(({ id, last4 }): KeyChange => ({ id, newId: null, change: "goes", last4 })),
  ];
  const differs = (table: string): boolean =>
    JSON.stringify(rowsOf(backup.content, table)) !==
    JSON.stringify(here === null ? [] : rowsOf(here, table));
  const parts = PARTS.filter(([table]) => differs(table)).map(([, says]) => says);
  const tokens = heldTokens(backup.content, backupVault);
  const tokensHere = here === null || present.vault === null ? [] : heldTokens(here, present.vault);
  if (JSON.stringify(tokens) !== JSON.stringify(tokensHere)) parts.push("the tokens for clients");
  if (backup.config !== null && backup.config !== present.config) parts.push("config.toml");
  return { keys, renamed, parts };
}

/** One and the same key, wherever it is called so. */
function isSame(one: HeldKey, other: HeldKey): boolean {
  return one.provider === other.provider && one.secret === other.secret && one.baseUrl === other.baseUrl;
}

/** An id that another key has here goes to no other: what was counted for it is not this one's. */
function renames(
  after: readonly HeldKey[],
  before: readonly HeldKey[],
  backup: SnapshotContent,
  here: SnapshotContent | null,
): Map<string, string> {
  const numbers = keyNumbers(backup);
  for (const [provider, last] of here === null ? [] : keyNumbers(here)) {
    numbers.set(provider, Math.max(last, numbers.get(provider) ?? 0));
  }
  const renamed = new Map<string, string>();
  for (const key of after) {
    const taken = before.find(({ id }) => id === key.id);
    if (taken === undefined || isSame(key, taken)) continue;
    const number = (numbers.get(key.provider) ?? 0) + 1;
    numbers.set(key.provider, number);
    renamed.set(key.id, `${key.provider}-${number}`);
  }
  return renamed;
}
