/** The home: who can read what, whether it is whole, and whether there is room. */
import { existsSync, lstatSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { readSnapshot } from "../../core/store/snapshot.ts";
import { glanceAtDatabase } from "../../core/store/sqlite-file.ts";
import type { Context } from "../context.ts";
import { byteSize } from "../figures.ts";
import { logPath } from "../log-file.ts";
import { type Check, fail, ok, warn } from "./check.ts";

const MEGABYTE = 1024 * 1024;
const LITTLE_BYTES = 500 * MEGABYTE;
const TOO_LITTLE_BYTES = 50 * MEGABYTE;

export function fileChecks({ home }: Context): Check[] {
  const places = [
    home.data,
    home.lock,
    home.database,
    home.snapshot,
    home.config,
    home.adminToken,
    logPath(home),
  ];
  // The folder of the key file is nobody else's business either.
  const secrets = [home.keyFile, ...(home.keyFile.startsWith(home.root) ? [dirname(home.keyFile)] : [])];
  const open = [...places, ...secrets].filter(openToOthers);
  const checks: Check[] = open.map((path) => {
    const mode = lstatSync(path).isDirectory() ? "700" : "600";
    const message = `${path} can be read or changed by other users.`;
    const remedy = `chmod ${mode} ${path}`;
    return path === home.keyFile ? fail("file_modes", message, remedy) : warn("file_modes", message, remedy);
  });
  if (open.length === 0) checks.push(ok("file_modes", `What lies in ${home.root} is yours alone.`));
  checks.push(databaseCheck(home.database, home.snapshot), diskCheck(home.root));
  return checks;
}

/** Windows has no such modes. */
function openToOthers(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return (
    process.platform !== "win32" &&
    found !== undefined &&
    (found.mode & 0o077) !== 0 &&
    !found.isSymbolicLink()
  );
}

function databaseCheck(database: string, snapshot: string): Check {
  const kept = readSnapshot(snapshot);
  const restore = "Restore a backup: freellm restore FILE";
  switch (glanceAtDatabase(database)) {
    case "missing":
    case "empty":
      return kept === undefined
        ? ok("database", "There is no database yet.")
        : fail("database", `The database ${database} is gone, though there were keys.`, restore);
    case "damaged":
      return kept === undefined || kept === "damaged"
        ? fail("database", `The database ${database} is damaged.`, restore)
        : warn(
            "database",
            `The database ${database} is damaged; its keys are still in ${snapshot}.`,
            "Start freellm: it puts them into a new one.",
          );
    case "plausible":
      return kept === "damaged"
        ? warn(
            "database",
            `The copy of the keys, ${snapshot}, is damaged.`,
            "Any change writes a new one: freellm keys reorder",
          )
        : ok("database", "The database and the copy of its keys are there.");
  }
}

function diskCheck(root: string): Check {
  const { bavail, bsize } = statfsSync(nearest(root));
  const free = bavail * bsize;
  const text = `${byteSize(free)} are free where ${root} lies.`;
  if (free < TOO_LITTLE_BYTES)
    return fail("disk_space", text, "Make room: what is used would not be written down.");
  if (free < LITTLE_BYTES) return warn("disk_space", text, "Make room before it runs out.");
  return ok("disk_space", text);
}

/** The folder itself, or what there is above it. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}
