import { join } from "node:path";
import type { Keychain } from "../../src/core/vault/keychain.ts";
import type { VaultOptions } from "../../src/core/vault/vault.ts";
import { random, timers } from "../store/ports.ts";
import { temporaryDirectory } from "../store/temporary.ts";

/** A place for the header that the test can read and spoil. */
export class HeaderSlot {
  text: string | undefined;
  read = () => this.text;
  write = (text: string) => {
    this.text = text;
  };
}

/** A keychain in memory that counts its calls; `locked` makes it throw like a machine without one. */
export class MemoryKeychain implements Keychain {
  readonly entries = new Map<string, string>();
  locked = false;
  calls = 0;

  #touch(): void {
    this.calls++;
    if (this.locked) throw new Error("no keychain here");
  }

  async get(name: string) {
    this.#touch();
    return this.entries.get(name) ?? null;
  }

  async set(name: string, value: string) {
    this.#touch();
    this.entries.set(name, value);
  }

  async delete(name: string) {
    this.#touch();
    this.entries.delete(name);
  }
}

/** Options of a first run with nothing but a key file. */
export function vaultOptions(more: Partial<VaultOptions> = {}): VaultOptions & { header: HeaderSlot } {
  return {
    sealedRecords: false,
    keyFile: join(temporaryDirectory(), "secret", "vault.key"),
    encryptionKey: undefined,
    keychain: null,
    random,
    timers,
    ...more,
    header: new HeaderSlot(),
  };
}
