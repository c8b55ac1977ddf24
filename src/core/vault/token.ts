/** The unified token: the one secret that clients of this proxy use. */
import { timingSafeEqual } from "node:crypto";
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

/** The length of a token is no secret; its bytes are compared in constant time. */
export function createTokenChecker(token: string): TokenChecker {
  const expected = Buffer.from(token, "utf8");
  const given = Buffer.alloc(expected.length);
  return {
    matches(candidate) {
      if (candidate.length !== token.length) return false;
      // A longer encoding does not fit and is cut: then it is not the token either.
      const written = given.write(candidate, "utf8");
      return timingSafeEqual(given, expected) && written === expected.length;
    },
  };
}
