/** What can be wrong with the store as a whole. */
export type StoreErrorCode =
  | "corrupt"
  | "database_missing"
  | "newer_version"
  | "locked"
  | "unsafe_file"
  | "not_found";

/** A failure of the store in words for a person; `hint` says what to do next. */
export class StoreError extends Error {
  override name = "StoreError";
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly hint: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const CORRUPTION_CODES: ReadonlySet<unknown> = new Set(["SQLITE_CORRUPT", "SQLITE_NOTADB"]);
const CORRUPTION_TEXT = /database disk image is malformed|file is not a database|malformed database schema/;

/** Whether an engine's error means that the bytes of the database are damaged. sql.js tells it by the text alone. */
export function isCorruption(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === "corrupt";
  if (!(error instanceof Error)) return false;
  const code: unknown = "code" in error ? error.code : undefined;
  if (typeof code === "string" && code.startsWith("SQLITE_CORRUPT")) return true;
  return CORRUPTION_CODES.has(code) || CORRUPTION_TEXT.test(error.message);
}
