/** Files that are either old or new, never half: written beside, synced, renamed over. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Random } from "../ports.ts";

/**
 * Replaces `path` with `content`, mode 0600 also where an older file was more open. The name beside it is
 * unforeseeable and opened exclusively, so no link that somebody planted is followed. Throws the system's error and
 * leaves the old file as it was.
 */
export function writeAtomically(path: string, content: string | Uint8Array, random: Random): void {
  replace(path, content, random, true);
}

/** The same for what means nothing once this process has ended: a power cut may empty it, and nobody waits for the disk. */
export function writeForNow(path: string, content: string, random: Random): void {
  replace(path, content, random, false);
}

function replace(path: string, content: string | Uint8Array, random: Random, lasting: boolean): void {
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString("hex")}.tmp`;
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  try {
    const file = openSync(temporary, "wx", 0o600);
    try {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
      if (lasting) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (lasting) syncDirectory(dirname(path));
}

/** Makes a rename or a new name in `directory` survive a power cut. Windows cannot open directories and needs no such step. */
function syncDirectory(directory: string): void {
  let handle: number;
  try {
    handle = openSync(directory, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } catch {
    // Some network file systems refuse; the rename itself is done.
  } finally {
    closeSync(handle);
  }
}
