/** What the user entered, as a whole: sealed for another vault, and compared with what is there. */
import type { SnapshotContent } from "../store/snapshot.ts";
import { VAULT_HEADER } from "../vault/header.ts";
import type { SealContext } from "../vault/record.ts";
import type { Vault } from "../vault/vault.ts";
import { VaultError } from "../vault/vault-error.ts";
import { proxyPlace, secretPlace } from "./keyring.ts";
import { isToken, tokenPlace } from "./tokens.ts";

type Row = SnapshotContent["states"][number];
type Cell = Row[number];

/** A key as far as it can be told apart and named. */
export interface HeldKey {
  id: string;
  provider: string;
  last4: string | null;
  /** In clear: never shown. */
  secret: string | null;
  baseUrl: string | null;
}

/** Columns of a row of keys, as the snapshot has them. */
const KEY = { id: 0, provider: 1, account: 3, baseUrl: 4, secret: 5, last4: 6, fingerprint: 7 } as const;

/** The keys with their secrets. Throws VaultError. */
export function heldKeys(content: SnapshotContent, vault: Vault): HeldKey[] {
  return rowsOf(content, "keys").map((row) => {
    const id = text(row[KEY.id]);
    const provider = text(row[KEY.provider]);
    const sealed = bytes(row[KEY.secret]);
    return {
      ...{ id, provider },
      last4: optionalText(row[KEY.last4]),
      secret: sealed === null ? null : vault.open(secretPlace(provider, id), sealed),
      baseUrl: optionalText(row[KEY.baseUrl]),
    };
  });
}

/** The tokens of clients in clear, by setting and in its order. Throws VaultError. */
export function heldTokens(content: SnapshotContent, vault: Vault): [setting: string, token: string][] {
  return rowsOf(content, "settings").flatMap(([name, value]): [string, string][] => {
    const setting = text(name);
    const sealed = isToken(setting) ? bytes(value) : null;
    return sealed === null ? [] : [[setting, vault.open(tokenPlace(setting), sealed)]];
  });
}

/** The header of the vault that sealed it; null where nothing is sealed yet. */
export function vaultHeaderOf(content: SnapshotContent): string | null {
  const row = rowsOf(content, "settings").find(([name]) => name === VAULT_HEADER);
  return row === undefined ? null : optionalText(row[1]);
}

/**
 * The same under another vault: every secret opened and sealed again, with that vault's `header`. `renamed` gives keys
 * other ids. Throws VaultError.
 */
export function resealed(
  content: SnapshotContent,
  from: Vault,
  to: { vault: Vault; header: string },
  renamed: ReadonlyMap<string, string> = new Map(),
): SnapshotContent {
  const newId = (id: string): string => renamed.get(id) ?? id;
  const again = (old: SealContext, place: SealContext, cell: Cell | undefined): Cell => {
    const sealed = bytes(cell);
    if (sealed === null) return null;
    return { base64: Buffer.from(to.vault.seal(place, from.open(old, sealed))).toString("base64") };
  };
  const providers = new Map(
    rowsOf(content, "keys").map((row) => [text(row[KEY.id]), text(row[KEY.provider])]),
  );
  const keys = rowsOf(content, "keys").map((row) => {
    const id = text(row[KEY.id]);
    const provider = text(row[KEY.provider]);
    const sealed = bytes(row[KEY.secret]);
    const place = secretPlace(provider, id);
    const copy = [...row];
    copy[KEY.id] = newId(id);
    if (row[KEY.account] === id) copy[KEY.account] = newId(id);
    copy[KEY.secret] = again(place, secretPlace(provider, newId(id)), row[KEY.secret]);
    copy[KEY.fingerprint] = sealed === null ? null : to.vault.fingerprint(from.open(place, sealed));
    return copy;
  });
  const proxies = rowsOf(content, "key_proxies").map(([key, cell]) => {
    const id = text(key);
    const provider = providers.get(id) ?? "";
    return [newId(id), again(proxyPlace(provider, id), proxyPlace(provider, newId(id)), cell)];
  });
  const settings = rowsOf(content, "settings").map(([name = null, value = null]): Row => {
    if (name === VAULT_HEADER) return [name, to.header];
    const setting = text(name);
    if (!isToken(setting)) return [name, value];
    return [name, again(tokenPlace(setting), tokenPlace(setting), value)];
  });
  const tables: SnapshotContent["tables"] = { ...content.tables, keys, settings };
  if (proxies.length > 0) tables.key_proxies = proxies;
  const states = content.states.map(([id, ...rest]): Row => [newId(text(id)), ...rest]);
  return { format: 1, tables, states };
}

/** The higher of both numbers of each provider: the id of a key is never given again. */
export function withNumbersOf(content: SnapshotContent, other: SnapshotContent): SnapshotContent {
  const last = new Map<string, number>();
  for (const [provider, number] of [...rowsOf(content, "key_numbers"), ...rowsOf(other, "key_numbers")]) {
    const name = text(provider);
    last.set(name, Math.max(last.get(name) ?? 0, Number(number)));
  }
  return { ...content, tables: { ...content.tables, key_numbers: [...last] } };
}

/** The last number given to a key of each provider. */
export function keyNumbers(content: SnapshotContent): Map<string, number> {
  return new Map(rowsOf(content, "key_numbers").map(([provider, last]) => [text(provider), Number(last)]));
}

/** The rows of one of the user's tables; none where it is empty. */
export function rowsOf(content: SnapshotContent, table: string): readonly Row[] {
  return content.tables[table] ?? [];
}

function text(cell: Cell | undefined): string {
  if (typeof cell === "string") return cell;
  throw damaged();
}

function optionalText(cell: Cell | undefined): string | null {
  return cell === null || cell === undefined ? null : text(cell);
}

function bytes(cell: Cell | undefined): Uint8Array | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "object") return Buffer.from(cell.base64, "base64");
  throw damaged();
}

function damaged(): VaultError {
  return new VaultError(
    "cannot_open",
    "A value has the wrong kind: the data was damaged.",
    "Restore an older backup.",
  );
}
