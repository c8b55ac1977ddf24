/** What can open a vault, and where each finds its secret. */
import type { Random, Timers } from "../ports.ts";
import type { OpenerKind } from "./header.ts";
import { readKeyFile, writeKeyFile } from "./key-file.ts";
import { type Keychain, keychainWorks } from "./keychain.ts";
import { VaultError } from "./vault-error.ts";

export interface OpenerOptions {
  /** FREELLM_ENCRYPTION_KEY: 64 hex characters; empty counts as not set. */
  encryptionKey: string | undefined;
  /** Path of the key file. */
  keyFile: string;
  /** null: not to be used. */
  keychain: Keychain | null;
  /** Asked only when a passphrase is what opens the vault. Absent: there is none. */
  passphrase?: () => string | Promise<string>;
  random: Random;
  timers: Timers;
}

const KEY_BYTES = 32;
const LEAST_PASSPHRASE = 8;

/** The opener of a first run: the environment's key where there is one, else the keychain where it works, else a key file. */
export async function safestOpener(options: OpenerOptions): Promise<OpenerKind> {
  const { encryptionKey, keychain, random, timers } = options;
  if (encryptionKey) return "environment";
  return keychain && (await keychainWorks(keychain, random, timers)) ? "keychain" : "key-file";
}

/** The secret of an opener that a vault was made with. Throws VaultError `opener_missing` when it is not at hand. */
export async function openerSecret(
  kind: OpenerKind,
  vault: string,
  options: OpenerOptions,
): Promise<Uint8Array> {
  switch (kind) {
    case "environment":
      return environmentKey(options.encryptionKey);
    case "keychain":
      return (await keychainKey(vault, options.keychain)) ?? missingInKeychain();
    case "key-file":
      return readKeyFile(options.keyFile) ?? missingKeyFile(options.keyFile);
    case "passphrase":
      return askedPassphrase(options.passphrase);
  }
}

/** The secret for a vault that is being made: found where the user put one, else made and put there. */
export async function newOpenerSecret(
  kind: OpenerKind,
  vault: string,
  options: OpenerOptions,
): Promise<Uint8Array> {
  const { keychain, keyFile, random } = options;
  switch (kind) {
    case "environment":
      return environmentKey(options.encryptionKey);
    case "keychain": {
      const key = random.bytes(KEY_BYTES);
      if (!keychain) return missingInKeychain();
      try {
        await keychain.set(vault, Buffer.from(key).toString("hex"));
      } catch {
        return missingInKeychain();
      }
      return key;
    }
    case "key-file": {
      const found = readKeyFile(keyFile);
      if (found) return found;
      const key = random.bytes(KEY_BYTES);
      writeKeyFile(keyFile, key, random);
      return key;
    }
    case "passphrase": {
      const passphrase = await askedPassphrase(options.passphrase);
      if (passphrase.length >= LEAST_PASSPHRASE) return passphrase;
      throw new VaultError("bad_key", `A passphrase needs at least ${LEAST_PASSPHRASE} characters.`);
    }
  }
}

/** The opener in words, to be printed: `Keys are sealed with ...`. */
export function describeOpener(kind: OpenerKind, keyFile: string): string {
  switch (kind) {
    case "environment":
      return "the key in FREELLM_ENCRYPTION_KEY";
    case "keychain":
      return "a key in the system's keychain";
    case "key-file":
      return `the key file ${keyFile}`;
    case "passphrase":
      return "a passphrase";
  }
}

function environmentKey(value: string | undefined): Uint8Array {
  if (!value) {
    throw new VaultError(
      "opener_missing",
      "The vault opens with FREELLM_ENCRYPTION_KEY, which is not set.",
      "Set FREELLM_ENCRYPTION_KEY to the key that the vault was made with.",
    );
  }
  if (!/^[0-9a-f]{64}$/i.test(value)) {
    throw new VaultError(
      "bad_key",
      "FREELLM_ENCRYPTION_KEY must be 64 hexadecimal characters.",
      "Make one with `openssl rand -hex 32`.",
    );
  }
  return Buffer.from(value, "hex");
}

async function keychainKey(vault: string, keychain: Keychain | null): Promise<Uint8Array | undefined> {
  try {
    const hex = await keychain?.get(vault);
    return hex && /^[0-9a-f]{64}$/.test(hex) ? Buffer.from(hex, "hex") : undefined;
  } catch {
    return undefined;
  }
}

function missingInKeychain(): never {
  throw new VaultError(
    "opener_missing",
    "The vault opens with a key in the system's keychain, which does not give it.",
    "Unlock the keychain, and run freellm as the user and in the session that made the vault.",
  );
}

function missingKeyFile(path: string): never {
  throw new VaultError(
    "opener_missing",
    `The vault opens with the key file ${path}, which is not there.`,
    "Put the key file back; without it the keys cannot be read by anybody.",
  );
}

async function askedPassphrase(ask: OpenerOptions["passphrase"]): Promise<Uint8Array> {
  const passphrase = await ask?.();
  if (!passphrase) {
    throw new VaultError(
      "opener_missing",
      "The vault opens with a passphrase, and none was given.",
      "Give it by FREELLM_PASSPHRASE_FILE or FREELLM_PASSPHRASE_FD.",
    );
  }
  // The same letters can be typed as different code points.
  return Buffer.from(passphrase.normalize("NFC"), "utf8");
}
