/** The user's keys. Secrets come and go sealed; this file never sees one in clear. */
import type { Database, SqlRow } from "../ports.ts";
import type { KeyId, KeyState } from "../route/event.ts";
import type { Durable } from "./durable.ts";
import { reordered } from "./order.ts";
import { readNumber, readOptionalBytes, readOptionalText, readText } from "./row.ts";
import { StoreError } from "./store-error.ts";

export interface StoredKey {
  /** `<provider>-<n>`, never used again, also after the key is removed. */
  id: KeyId;
  provider: string;
  label: string | null;
  /** The account's name within the provider; the key's own id when the user named none. */
  account: string;
  /** Overrides the provider's base URL. */
  baseUrl: string | null;
  /** Sealed; null for a provider that needs no key. */
  secret: Uint8Array | null;
  last4: string | null;
  /** Equal secrets have equal fingerprints. */
  fingerprint: string | null;
  state: KeyState;
  /** Why it is in this state, in words. */
  stateDetail: string | null;
  /** Sealed URL of the proxy for this key's calls, or sealed `direct`; null where the setting for all holds. */
  proxy: Uint8Array | null;
  /** Epoch milliseconds. */
  createdAt: number;
}

export interface NewKey {
  provider: string;
  label: string | null;
  /** null makes the key an account of its own. */
  account: string | null;
  baseUrl: string | null;
  last4: string | null;
  fingerprint: string | null;
  /** Epoch milliseconds. */
  createdAt: number;
}

export interface KeyChanges {
  label?: string | null;
  account?: string;
  baseUrl?: string | null;
  /** A new secret takes the place of the old one. */
  secret?: { sealed: Uint8Array; last4: string; fingerprint: string };
  state?: { state: KeyState; detail: string | null; at: number };
  /** Sealed; null leaves it to the setting for all. */
  proxy?: Uint8Array | null;
}

export interface Keys {
  /** In the user's order. */
  list(): StoredKey[];
  find(id: KeyId): StoredKey | undefined;
  /** A key of the provider with the same secret. */
  findDuplicate(provider: string, fingerprint: string): StoredKey | undefined;
  /** Appends a key. `seal` gets the id, which the sealed record is bound to; what it throws undoes the insertion. */
  insert(key: NewKey, seal: (id: KeyId) => Uint8Array | null): StoredKey;
  /** Throws StoreError `not_found`. */
  update(id: KeyId, changes: KeyChanges): StoredKey;
  /** False when there was none. */
  remove(id: KeyId): boolean;
  /** Ids that are left out keep their order behind those given; gives the order that results. */
  reorder(ids: readonly KeyId[]): KeyId[];
}

export function createKeys(database: Database, durable: Durable): Keys {
  const select = database.prepare(`
    SELECT keys.*, key_states.state, key_states.detail, key_proxies.proxy
    FROM keys
    LEFT JOIN key_states ON key_states.key_id = keys.id
    LEFT JOIN key_proxies ON key_proxies.key_id = keys.id
    ORDER BY keys.position, keys.created_at, keys.id`);
  const nextNumber = database.prepare(`
    INSERT INTO key_numbers (provider, last) VALUES (?, 1)
    ON CONFLICT (provider) DO UPDATE SET last = last + 1
    RETURNING last`);
  const insertKey = database.prepare(`
    INSERT INTO keys (id, provider, label, account, base_url, secret, last4, fingerprint, created_at, position)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM keys))`);
  const updateKey = database.prepare("UPDATE keys SET label = ?, account = ?, base_url = ? WHERE id = ?");
  const replaceSecret = database.prepare(
    "UPDATE keys SET secret = ?, last4 = ?, fingerprint = ? WHERE id = ?",
  );
  const setState = database.prepare(
    "INSERT OR REPLACE INTO key_states (key_id, state, detail, at) VALUES (?, ?, ?, ?)",
  );
  const setPosition = database.prepare("UPDATE keys SET position = ? WHERE id = ?");
  const deleteKey = database.prepare("DELETE FROM keys WHERE id = ?");
  const setProxy = database.prepare("INSERT OR REPLACE INTO key_proxies (key_id, proxy) VALUES (?, ?)");
  const deleteProxy = database.prepare("DELETE FROM key_proxies WHERE key_id = ?");
  const deleteState = database.prepare("DELETE FROM key_states WHERE key_id = ?");

  const list = () => select.all().map(toKey);
  const find = (id: KeyId) => list().find((key) => key.id === id);
  const existing = (id: KeyId): StoredKey => {
    const key = find(id);
    if (!key)
      throw new StoreError("not_found", `There is no key ${id}.`, "`freellm keys list` shows the ids.");
    return key;
  };

  return {
    list,
    find,
    findDuplicate: (provider, fingerprint) =>
      list().find((key) => key.provider === provider && key.fingerprint === fingerprint),
    insert: (key, seal) =>
      durable.change(() => {
        const number = nextNumber.get(key.provider);
        if (!number) throw new StoreError("corrupt", "The database gave no number for a new key.");
        const id = `${key.provider}-${readNumber(number, "last")}`;
        insertKey.run(
          id,
          key.provider,
          key.label,
          key.account ?? id,
          key.baseUrl,
          seal(id),
          key.last4,
          key.fingerprint,
          key.createdAt,
        );
        return existing(id);
      }),
    update: (id, changes) =>
      durable.change(() => {
        const key = existing(id);
        const { label = key.label, account = key.account, baseUrl = key.baseUrl, secret, state } = changes;
        updateKey.run(label, account, baseUrl, id);
        if (secret) replaceSecret.run(secret.sealed, secret.last4, secret.fingerprint, id);
        if (state) setState.run(id, state.state, state.detail, state.at);
        if (changes.proxy) setProxy.run(id, changes.proxy);
        else if (changes.proxy === null) deleteProxy.run(id);
        return existing(id);
      }),
    remove: (id) =>
      durable.change(() => {
        if (!find(id)) return false;
        deleteKey.run(id);
        deleteState.run(id);
        deleteProxy.run(id);
        return true;
      }),
    reorder: (ids) =>
      durable.change(() => {
        const order = reordered(
          list().map((key) => key.id),
          ids,
        );
        order.forEach((id, index) => {
          setPosition.run(index + 1, id);
        });
        return order;
      }),
  };
}

function toKey(row: SqlRow): StoredKey {
  return {
    id: readText(row, "id"),
    provider: readText(row, "provider"),
    label: readOptionalText(row, "label"),
    account: readText(row, "account"),
    baseUrl: readOptionalText(row, "base_url"),
    secret: readOptionalBytes(row, "secret"),
    last4: readOptionalText(row, "last4"),
    fingerprint: readOptionalText(row, "fingerprint"),
    state: (readOptionalText(row, "state") ?? "unknown") as KeyState,
    stateDetail: readOptionalText(row, "detail"),
    proxy: readOptionalBytes(row, "proxy"),
    createdAt: readNumber(row, "created_at"),
  };
}
