/** The sealed secrets of the keys, at hand without asking the database; each is opened only when it is used. */
import type { KeyId } from "../route/event.ts";
import type { StoredKey } from "../store/keys.ts";
import type { SealContext } from "../vault/record.ts";
import type { Vault } from "../vault/vault.ts";

/** What a key's sealed record is bound to: it opens nowhere else. */
export function secretPlace(provider: string, id: KeyId): SealContext {
  return { table: "keys", row: id, provider, field: "secret" };
}

/** What the sealed URL of a key's proxy is bound to. */
export function proxyPlace(provider: string, id: KeyId): SealContext {
  return { table: "keys", row: id, provider, field: "proxy" };
}

export class Keyring {
  readonly #vault: Vault;
  readonly #keys = new Map<KeyId, StoredKey>();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  set(key: StoredKey): void {
    this.#keys.set(key.id, key);
  }

  remove(id: KeyId): void {
    this.#keys.delete(id);
  }

  /** null for a key that is none. Throws VaultError when the record does not open. */
  secretOf(id: KeyId): string | null {
    const key = this.#keys.get(id);
    if (!key?.secret) return null;
    return this.#vault.open(secretPlace(key.provider, id), key.secret);
  }

  baseUrlOf(id: KeyId): string | null {
    return this.#keys.get(id)?.baseUrl ?? null;
  }

  /** The URL of the key's own proxy, or `direct`; null where the setting for all holds. Throws VaultError. */
  proxyOf(id: KeyId): string | null {
    const key = this.#keys.get(id);
    if (!key?.proxy) return null;
    return this.#vault.open(proxyPlace(key.provider, id), key.proxy);
  }
}
