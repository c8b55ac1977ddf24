/**
 * Signed documents: a first line with the signature, then the document byte for byte, so that nothing of it is read
 * before the signature holds. Or the same line in a file of its own beside the document.
 *
 *     freellm-catalogue 1 ed25519:<public key> <signature>
 *
 * Both in base64; what is signed is `freellm-catalogue 1`, a line feed and the document.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";

const TITLE = "freellm-catalogue 1";
const LINE = /^freellm-catalogue 1 (ed25519:[A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{86}==)$/;
const KEY = /^ed25519:([A-Za-z0-9+/]{43}=)$/;

export type Verified =
  | { document: string; signer: string }
  | { error: "unsigned" | "untrusted" | "forged"; signer: string | null };

export function isPublicKey(text: string): boolean {
  return KEY.test(text);
}

/** `detached` is the signature's line where the text itself has none. Only the keys in `trusted` count. */
export function verifySigned(text: string, detached: string | null, trusted: readonly string[]): Verified {
  const { line, document } = parted(text, detached);
  const [, signer, signature] = LINE.exec(line.trim()) ?? [];
  if (signer === undefined || signature === undefined) return { error: "unsigned", signer: null };
  if (!trusted.includes(signer)) return { error: "untrusted", signer };
  const holds = verify(null, signedBytes(document), publicKey(signer), Buffer.from(signature, "base64"));
  return holds ? { document, signer } : { error: "forged", signer };
}

function parted(text: string, detached: string | null): { line: string; document: string } {
  if (detached !== null) return { line: detached, document: text };
  const end = text.indexOf("\n");
  return end === -1
    ? { line: text, document: "" }
    : { line: text.slice(0, end), document: text.slice(end + 1) };
}

/** A new pair: the public key as it is pinned, the private one as PKCS #8 PEM. */
export function newSigningKey(): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  return { publicKey: publicText(publicKey.export({ format: "jwk" }).x), privateKey: pem.toString() };
}

/** The signature's line for a document. Throws where the PEM holds no Ed25519 key. */
export function signatureLine(document: string, privateKeyPem: string): string {
  const key = createPrivateKey(privateKeyPem);
  const signer = publicText(createPublicKey(key).export({ format: "jwk" }).x);
  return `${TITLE} ${signer} ${sign(null, signedBytes(document), key).toString("base64")}`;
}

function signedBytes(document: string): Buffer {
  return Buffer.from(`${TITLE}\n${document}`, "utf8");
}

function publicKey(signer: string) {
  const x = Buffer.from(signer.replace(KEY, "$1"), "base64").toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

function publicText(x: string | undefined): string {
  if (x === undefined) throw new TypeError("This is not an Ed25519 key.");
  return `ed25519:${Buffer.from(x, "base64url").toString("base64")}`;
}
