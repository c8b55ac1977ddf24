/** The log of a server as a file: a few megabytes at most, the newest lines last. */
import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, renameSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Home } from "../core/store/home.ts";
import { securePrivateFile } from "../core/store/private-file.ts";
import type { Sink } from "./output.ts";

/** A file that reaches this size becomes `.1`, that one `.2`, and that one is gone. */
const MOST_BYTES = 4 * 1024 * 1024;
const KEPT = 2;

/** Where the log of a service lies. */
export function logPath(home: Home): string {
  return join(home.root, "log", "freellm.log");
}

/** The file and the older ones, oldest first. */
export function logFiles(path: string): string[] {
  return [...Array.from({ length: KEPT }, (_, index) => `${path}.${KEPT - index}`), path];
}

/**
 * Appends to `path`, mode 0600. Throws StoreError or the system's error when it cannot be opened; a line that cannot be
 * written later is lost, and the server goes on.
 */
export function openLogFile(given: string, mostBytes = MOST_BYTES): Sink {
  const path = resolve(given);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  securePrivateFile(path, "create");
  let file = openSync(path, "a", 0o600);
  let size = fstatSync(file).size;
  const rotate = (): void => {
    closeSync(file);
    for (let number = KEPT; number > 0; number--) {
      try {
        renameSync(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`);
      } catch {
        // There is none of this number yet.
      }
    }
    file = openSync(path, "a", 0o600);
    size = 0;
  };
  return {
    write(text) {
      const bytes = Buffer.from(text, "utf8");
      try {
        if (size > 0 && size + bytes.length > mostBytes) rotate();
        appendFileSync(file, bytes);
        size += bytes.length;
      } catch {
        // A full disk must not end the server.
      }
    },
  };
}
