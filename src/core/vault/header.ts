/** The vault's header: which opener unwraps the data key, and the wrapped key. Kept as one line of JSON among the settings. */
import * as v from "valibot";
import type { Derivation } from "./derivation.ts";
import { openBytes, sealBytes } from "./record.ts";
import { cannotOpen } from "./vault-error.ts";

/** Name of the setting that holds the header. */
export const VAULT_HEADER = "vault_header";

const OPENERS = ["environment", "keychain", "key-file", "passphrase"] as const;
export type OpenerKind = (typeof OPENERS)[number];

const HeaderSchema = v.strictObject({
  version: v.literal(1),
  /** Names the vault, for example in the keychain. */
  vault: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  /** Names the data key; records carry it, so that a later key can take over one by one. */
  kid: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xff_ff_ff_ff)),
  opener: v.picklist(OPENERS),
  derivation: v.variant("name", [
    v.strictObject({ name: v.literal("hkdf") }),
    v.strictObject({
      name: v.literal("argon2id"),
      memoryKiB: v.number(),
      passes: v.number(),
      parallelism: v.number(),
    }),
    v.strictObject({
      name: v.literal("scrypt"),
      costLog2: v.number(),
      blockSize: v.number(),
      parallelism: v.number(),
    }),
  ]),
  salt: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  /** nonce . ciphertext . tag of the data key, in hex. */
  wrapped: v.pipe(v.string(), v.regex(/^[0-9a-f]{120}$/)),
});

export type Header = v.InferOutput<typeof HeaderSchema>;

/** All of the header but the wrapped key is authenticated with it: a header that was weakened does not open. */
function associatedData(header: Omit<Header, "wrapped">): Buffer {
  return Buffer.from(formatHeader({ ...header, wrapped: "" }), "utf8");
}

/** One text for one header: fields in fixed order. */
export function formatHeader(header: Header): string {
  const { version, vault, kid, opener, salt, wrapped } = header;
  return JSON.stringify({
    version,
    vault,
    kid,
    opener,
    derivation: ordered(header.derivation),
    salt,
    wrapped,
  });
}

function ordered(derivation: Derivation): Derivation {
  switch (derivation.name) {
    case "hkdf":
      return { name: "hkdf" };
    case "argon2id": {
      const { name, memoryKiB, passes, parallelism } = derivation;
      return { name, memoryKiB, passes, parallelism };
    }
    case "scrypt": {
      const { name, costLog2, blockSize, parallelism } = derivation;
      return { name, costLog2, blockSize, parallelism };
    }
  }
}

/** Throws VaultError `cannot_open` for any text but exactly one that `formatHeader` gives. */
export function parseHeader(text: string): Header {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw cannotOpen();
  }
  const parsed = v.safeParse(HeaderSchema, value);
  if (!parsed.success || formatHeader(parsed.output) !== text) throw cannotOpen();
  return parsed.output;
}

/** Wraps the data key. `nonce` is 12 random bytes. */
export function wrapDataKey(
  header: Omit<Header, "wrapped">,
  wrappingKey: Uint8Array,
  nonce: Uint8Array,
  dataKey: Uint8Array,
): Header {
  const wrapped = sealBytes(wrappingKey, nonce, associatedData(header), dataKey).toString("hex");
  return { ...header, wrapped };
}

/** Throws VaultError `cannot_open`. */
export function unwrapDataKey(header: Header, wrappingKey: Uint8Array): Buffer {
  return openBytes(wrappingKey, associatedData(header), Buffer.from(header.wrapped, "hex"));
}
