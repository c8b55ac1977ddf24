/** The unified token: the one secret that clients of this proxy use. */
import { hash, timingSafeEqual } from "node:crypto";
import type { Random } from "../ports.ts";

const TOKEN_BYTES = 24;

/** `freellmapi-` and 48 hex characters: 192 random bits. */
export function createUnifiedToken(random: Random): string {
  return `freellmapi-${Buffer.from(random.bytes(TOKEN_BYTES)).toString("hex")}`;
}

export interface TokenChecker {
  /** Takes the same time whatever the candidate is, for candidates of one length. */
  matches(candidate: string): boolean;
}

/** Compares digests: their lengths are always equal, and how far they agree says nothing about the token. */
export function createTokenChecker(token: string): TokenChecker {
  const digest = (text: string) => hash("sha256", text, "buffer");
  const expected = digest(token);
  return { matches: (candidate) => timingSafeEqual(digest(candidate), expected) };
}
