/** The sealed secrets of the keys, at hand without asking the database; each is opened only when it is used. */
import { describeProxy } from "../net/proxy-url.ts";
import type { Timers } from "../ports.ts";
import type { KeyId, RoutedKey } from "../route/event.ts";
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

/** A stored key as the router knows it. */
export function routedKey({ id, provider, account, state, stateDetail }: StoredKey): RoutedKey {
  return { id, provider, account: `${provider}/${account}`, state, detail: stateDetail };
}

/** Calls that leave within the same moment share one opening: it costs more than all else that routing does. */
const OPEN_MS = 1_000;

export class Keyring {
  readonly #vault: Vault;
  readonly #timers: Timers;
  readonly #keys = new Map<KeyId, StoredKey>();
  /** Opened a moment ago. Runtimes keep the strings of a call's headers for longer than that. */
  readonly #open = new Map<KeyId, string>();

  constructor(vault: Vault, timers: Timers) {
    this.#vault = vault;
    this.#timers = timers;
  }

  set(key: StoredKey): void {
    this.#open.delete(key.id);
    this.#keys.set(key.id, key);
  }

  remove(id: KeyId): void {
    this.#open.delete(id);
    this.#keys.delete(id);
  }

  /** null for a key that is none. Throws VaultError when the record does not open. */
  secretOf(id: KeyId): string | null {
    const opened = this.#open.get(id);
    if (opened !== undefined) return opened;
    const key = this.#keys.get(id);
    if (!key?.secret) return null;
    const secret = this.#vault.open(secretPlace(key.provider, id), key.secret);
    if (this.#open.size === 0) this.#timers.after(OPEN_MS, () => this.#open.clear());
    this.#open.set(id, secret);
    return secret;
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

  /** The same for lists: without user and password. A record that does not open hides no key. */
  shownProxyOf(id: KeyId): string | null {
    try {
      const proxy = this.proxyOf(id);
      return proxy === null ? null : describeProxy(proxy);
    } catch {
      return "unreadable";
    }
  }
}
