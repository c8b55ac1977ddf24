/** Files and directories that belong to the user alone: 0600 and 0700, whatever the umask, never through a symbolic link. */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, type Stats } from "node:fs";
import { StoreError } from "./store-error.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

function inspect(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function refuse(path: string, what: string): StoreError {
  return new StoreError("unsafe_file", `${path} ${what}.`, `Remove or replace ${path}, then try again.`);
}

/**
 * Makes sure that `path` is a regular file of mode 0600. `create` makes an empty one where there is none; `if-present`
 * accepts that there is none. A file that was there before is tightened. Throws StoreError for a link or a directory.
 */
export function securePrivateFile(path: string, missing: "create" | "if-present"): void {
  const found = inspect(path);
  if (!found) {
    if (missing === "create") closeSync(openSync(path, "wx", FILE_MODE));
    return;
  }
  if (found.isSymbolicLink()) throw refuse(path, "is a symbolic link");
  if (!found.isFile()) throw refuse(path, "is not a regular file");
  if ((found.mode & 0o777) !== FILE_MODE) chmodSync(path, FILE_MODE);
}

/** Makes `path` and its parents; `path` itself ends as a directory of mode 0700. Throws StoreError where it is something else. */
export function securePrivateDirectory(path: string, links: "refuse" | "follow" = "refuse"): void {
  mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  const found = inspect(path);
  if (found?.isSymbolicLink()) {
    if (links === "refuse") throw refuse(path, "is a symbolic link");
  } else if (!found?.isDirectory()) {
    throw refuse(path, "is not a directory");
  } else if ((found.mode & 0o777) === DIRECTORY_MODE) {
    return;
  }
  chmodSync(path, DIRECTORY_MODE);
}
