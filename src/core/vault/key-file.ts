/** The key file: 32 random bytes in hex, readable by its owner alone. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import type { Random } from "../ports.ts";
import { writeAtomically } from "../store/atomic.ts";
import { securePrivateDirectory } from "../store/private-file.ts";
import { VaultError } from "./vault-error.ts";

const OPENED = /^([0-9a-f]{64})\n?$/;
const MOST_BYTES = 128;

function code(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function unsafe(path: string, what: string, hint: string): VaultError {
  return new VaultError("unsafe_file", `The key file ${path} ${what}.`, hint);
}

/** Somebody who could read it has the keys already; somebody who could write it chose them. Neither is repaired in silence. */
function refuseOpenToOthers(path: string, { mode, uid }: Stats): void {
  // Windows has no such modes; its access lists come from the user's profile directory.
  const self = process.getuid?.();
  if (self === undefined) return;
  if (uid !== self && uid !== 0)
    throw unsafe(path, "belongs to another user", "Make it your own, or remove it.");
  if ((mode & 0o077) !== 0) {
    throw unsafe(
      path,
      "can be read or written by other users",
      `chmod 600 ${path}, if nobody else has used it.`,
    );
  }
}

/** The 32 bytes; undefined when there is no such file. Throws VaultError `unsafe_file` or `bad_key`. */
export function readKeyFile(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (code(error) === "ENOENT") return undefined;
    if (code(error) === "ELOOP") throw unsafe(path, "is a symbolic link", "Put the file itself there.");
    throw error;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw unsafe(path, "is not a regular file", "Remove it.");
    refuseOpenToOthers(path, stats);
    const bytes = Buffer.alloc(MOST_BYTES);
    const length = readSync(file, bytes, 0, MOST_BYTES, 0);
    const hex = OPENED.exec(bytes.toString("latin1", 0, length))?.[1];
    bytes.fill(0);
    if (hex === undefined) {
      throw new VaultError(
        "bad_key",
        `The key file ${path} does not hold a key.`,
        "Restore it from a backup.",
      );
    }
    return Buffer.from(hex, "hex");
  } finally {
    closeSync(file);
  }
}

/** Writes a new key file, whole or not at all, in a directory of mode 0700. The caller made sure that there is none. */
export function writeKeyFile(path: string, key: Uint8Array, random: Random): void {
  securePrivateDirectory(dirname(path));
  writeAtomically(path, `${Buffer.from(key).toString("hex")}\n`, random);
}
