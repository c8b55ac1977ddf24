/**
 * Sealed records: `version(1) . kid(4) . nonce(12) . ciphertext . tag(16)` under AES-256-GCM. What a record belongs to is
 * authenticated with it, so that a record moved to another row, field or provider does not open.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { cannotOpen } from "./vault-error.ts";

export interface SealContext {
  table: string;
  row: string;
  provider: string;
  field: string;
}

const CIPHER = "aes-256-gcm";
const VERSION = 1;
const KID_AT = 1;
const NONCE_AT = 5;
const BODY_AT = 17;
const NONCE_BYTES = BODY_AT - NONCE_AT;
const TAG_BYTES = 16;

/** Seals bytes under a 32-byte key. `nonce` must never repeat under one key: 12 random bytes. */
export function sealBytes(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const body = cipher.update(plain);
  return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens `nonce . ciphertext . tag`. Throws VaultError `cannot_open`. The length is checked first: some runtimes accept
 * a tag that was cut to 4 bytes.
 */
export function openBytes(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw cannotOpen();
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, tagAt));
  try {
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    throw cannotOpen();
  }
}

/** Each part with its length before it: no two contexts read alike. */
function associatedData({ table, row, provider, field }: SealContext): Buffer {
  let text = "freellm/v1";
  for (const part of [table, row, provider, field]) text += `|${Buffer.byteLength(part)}:${part}`;
  return Buffer.from(text, "utf8");
}

export function sealRecord(
  key: Uint8Array,
  kid: number,
  nonce: Uint8Array,
  context: SealContext,
  plaintext: string,
): Uint8Array {
  const head = Buffer.alloc(NONCE_AT);
  head.writeUInt8(VERSION);
  head.writeUInt32BE(kid, KID_AT);
  const plain = Buffer.from(plaintext, "utf8");
  try {
    return Buffer.concat([head, sealBytes(key, nonce, associatedData(context), plain)]);
  } finally {
    plain.fill(0);
  }
}

/** Throws VaultError `cannot_open`, also for a key id other than `kid`. */
export function openRecord(key: Uint8Array, kid: number, context: SealContext, sealed: Uint8Array): string {
  const head = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (head.length < BODY_AT + TAG_BYTES) throw cannotOpen();
  if (head.readUInt8() !== VERSION || head.readUInt32BE(KID_AT) !== kid) throw cannotOpen();
  const plain = openBytes(key, associatedData(context), head.subarray(NONCE_AT));
  const text = plain.toString("utf8");
  plain.fill(0);
  return text;
}
