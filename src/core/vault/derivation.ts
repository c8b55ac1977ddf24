/** From what opens the vault to the 32 bytes that unwrap its data key. */
import * as crypto from "node:crypto";
import { VaultError } from "./vault-error.ts";

/** How the wrapping key is made; stored in the header. `hkdf` is for openers that are random keys, the others for a passphrase. */
export type Derivation =
  | { name: "hkdf" }
  | { name: "argon2id"; memoryKiB: number; passes: number; parallelism: number }
  | { name: "scrypt"; costLog2: number; blockSize: number; parallelism: number };

const KEY_BYTES = 32;
const ARGON2: Derivation = { name: "argon2id", memoryKiB: 65_536, passes: 3, parallelism: 1 };
/** The one that every runtime has: for what may be opened elsewhere. */
export const SCRYPT: Derivation = { name: "scrypt", costLog2: 17, blockSize: 8, parallelism: 1 };

/** The strongest derivation for a passphrase that this runtime has. */
export function passphraseDerivation(): Derivation {
  return typeof crypto.argon2Sync === "function" ? ARGON2 : SCRYPT;
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/**
 * A header from elsewhere must neither make us work for hours (or allocate gigabytes) nor talk us into a cheap
 * derivation. The floors are what OWASP's Password Storage Cheat Sheet takes as the least.
 */
function acceptableCost(derivation: Derivation): boolean {
  switch (derivation.name) {
    case "hkdf":
      return true;
    case "argon2id":
      return (
        within(derivation.memoryKiB, 19_456, 262_144) &&
        within(derivation.passes, 2, 10) &&
        within(derivation.parallelism, 1, 4)
      );
    case "scrypt":
      return (
        within(derivation.costLog2, 15, 20) && derivation.blockSize === 8 && derivation.parallelism === 1
      );
  }
}

/** Throws VaultError `cost_refused` before any work is done, or `unsupported`. */
export function deriveKey(derivation: Derivation, secret: Uint8Array, salt: Uint8Array): Buffer {
  if (!acceptableCost(derivation)) {
    throw new VaultError(
      "cost_refused",
      "The vault's header asks for an amount of work that no vault of freellm has.",
      "The header was damaged or comes from elsewhere: restore a backup.",
    );
  }
  switch (derivation.name) {
    case "hkdf":
      return Buffer.from(crypto.hkdfSync("sha256", secret, salt, "freellm/v1/wrap", KEY_BYTES));
    case "argon2id": {
      if (typeof crypto.argon2Sync !== "function") {
        throw new VaultError(
          "unsupported",
          "This vault was made with argon2id, which this runtime does not have.",
          "Use the freellm binary, or Node 24.7 or newer.",
        );
      }
      const { memoryKiB: memory, passes, parallelism } = derivation;
      const parameters = { message: secret, nonce: salt, tagLength: KEY_BYTES, memory, passes, parallelism };
      return crypto.argon2Sync("argon2id", parameters);
    }
    case "scrypt": {
      const { costLog2, blockSize: r, parallelism: p } = derivation;
      const N = 2 ** costLog2;
      return crypto.scryptSync(secret, salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r });
    }
  }
}
