/**
 * Secrets at rest. Two layers: a random data key seals the records; the data key itself is wrapped by one opener
 * (environment, keychain, key file or passphrase). The opener is chosen once, recorded in the header, and never
 * replaced in silence.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { type Derivation, deriveKey, passphraseDerivation } from "./derivation.ts";
import {
  formatHeader,
  type Header,
  type OpenerKind,
  parseHeader,
  unwrapDataKey,
  wrapDataKey,
} from "./header.ts";
import { describeOpener, newOpenerSecret, type OpenerOptions, openerSecret, safestOpener } from "./opener.ts";
import { openRecord, type SealContext, sealRecord } from "./record.ts";
import { VaultError } from "./vault-error.ts";

const DATA_KEY_BYTES = 32;
const NONCE_BYTES = 12;

export interface VaultOptions extends OpenerOptions {
  /** Where the header is kept, for example a setting of the store; `write` must be durable. */
  header: { read(): string | undefined; write(text: string): void };
  /** Whether there are sealed records already: then a missing header is a loss, not a first run. */
  sealedRecords: boolean;
  /** For a first run; by default the safest that is available. */
  choice?: OpenerKind;
  /** For a first run with a passphrase; by default the strongest that this runtime has. */
  derivation?: Derivation;
}

export interface Vault {
  readonly opener: OpenerKind;
  /** Made just now: the moment to print `describe()`. */
  readonly created: boolean;
  /** What opens the vault, in words: `the key file /home/...`. */
  describe(): string;
  seal(context: SealContext, plaintext: string): Uint8Array;
  /** Throws VaultError `cannot_open` unless exactly this was sealed under exactly this context. */
  open(context: SealContext, sealed: Uint8Array): string;
  /** Equal for equal secrets of this vault, and tells nothing else about them. */
  fingerprint(secret: string): string;
  /** Forgets the keys; the vault cannot be used afterwards. */
  close(): void;
}

/** Opens the vault, or makes one where there is no header and nothing sealed. Throws VaultError. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const text = options.header.read();
  if (text !== undefined) {
    const header = parseHeader(text);
    return unlocked(header, await unwrap(header, options), false, options);
  }
  if (options.sealedRecords) {
    throw new VaultError(
      "header_missing",
      "There are sealed keys, but the header that says how to open them is gone.",
      "Restore a backup of the data directory.",
    );
  }
  const { header, dataKey } = await create(options);
  options.header.write(formatHeader(header));
  return unlocked(header, dataKey, true, options);
}

async function unwrap(header: Header, options: VaultOptions): Promise<Buffer> {
  const secret = await openerSecret(header.opener, header.vault, options);
  const wrappingKey = deriveKey(header.derivation, secret, Buffer.from(header.salt, "hex"));
  try {
    return unwrapDataKey(header, wrappingKey);
  } finally {
    secret.fill(0);
    wrappingKey.fill(0);
  }
}

async function create(options: VaultOptions): Promise<{ header: Header; dataKey: Buffer }> {
  const { random } = options;
  const opener = options.choice ?? (await safestOpener(options));
  const vault = Buffer.from(random.bytes(8)).toString("hex");
  const salt = Buffer.from(random.bytes(16));
  const derivation =
    opener === "passphrase" ? (options.derivation ?? passphraseDerivation()) : ({ name: "hkdf" } as const);
  const secret = await newOpenerSecret(opener, vault, options);
  const wrappingKey = deriveKey(derivation, secret, salt);
  const dataKey = Buffer.from(random.bytes(DATA_KEY_BYTES));
  const unwrapped = { version: 1, vault, kid: 1, opener, derivation, salt: salt.toString("hex") } as const;
  const header = wrapDataKey(unwrapped, wrappingKey, random.bytes(NONCE_BYTES), dataKey);
  secret.fill(0);
  wrappingKey.fill(0);
  return { header, dataKey };
}

function unlocked(header: Header, dataKey: Buffer, created: boolean, options: VaultOptions): Vault {
  const { opener, kid } = header;
  const { random, keyFile } = options;
  const fingerprintKey = Buffer.from(hkdfSync("sha256", dataKey, "", "freellm/v1/fingerprint", 32));
  let closed = false;
  const liveKey = (): Buffer => {
    if (closed) throw new VaultError("opener_missing", "The vault was closed.");
    return dataKey;
  };
  return {
    opener,
    created,
    describe: () => describeOpener(opener, keyFile),
    seal: (context, plaintext) => sealRecord(liveKey(), kid, random.bytes(NONCE_BYTES), context, plaintext),
    open: (context, sealed) => openRecord(liveKey(), kid, context, sealed),
    fingerprint(secret) {
      liveKey();
      return createHmac("sha256", fingerprintKey).update(secret, "utf8").digest("hex");
    },
    close() {
      closed = true;
      dataKey.fill(0);
      fingerprintKey.fill(0);
    },
  };
}
