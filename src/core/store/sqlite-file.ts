/** The first 100 bytes of a SQLite file. https://www.sqlite.org/fileformat.html#the_database_header */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;

/** Clears the two bytes that ask for WAL: an engine without shared memory cannot open such a file. Changes `bytes`. */
export function withoutWal(bytes: Uint8Array): Uint8Array {
  if (bytes[18] === 2) bytes[18] = 1;
  if (bytes[19] === 2) bytes[19] = 1;
  return bytes;
}

/** What a glance at a database file says: `plausible` means magic, page size and length fit together. */
export function glanceAtDatabase(path: string): "missing" | "empty" | "damaged" | "plausible" {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "missing";
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    if (size === 0) return "empty";
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return "damaged";
    if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) return "damaged";
    const stated = header.readUInt16BE(16);
    const pageSize = stated === 1 ? 65_536 : stated;
    return pageSize >= 512 && size % pageSize === 0 ? "plausible" : "damaged";
  } finally {
    closeSync(file);
  }
}
