/** Typed reading of rows. A column of the wrong type cannot come from our own writes: it is damage. */
import type { SqlRow } from "../ports.ts";
import { StoreError } from "./store-error.ts";

function damaged(column: string): StoreError {
  return new StoreError("corrupt", `The database holds an impossible value in column ${column}.`);
}

export function readText(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw damaged(column);
  return value;
}

export function readOptionalText(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : readText(row, column);
}

export function readNumber(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw damaged(column);
  return value;
}

export function readOptionalNumber(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : readNumber(row, column);
}

export function readOptionalBytes(row: SqlRow, column: string): Uint8Array | null {
  const value = row[column];
  if (value === null) return null;
  if (!(value instanceof Uint8Array)) throw damaged(column);
  return value;
}

/** JSON that this program wrote itself; `T` is what it wrote. */
export function readJson<T>(row: SqlRow, column: string): T {
  try {
    return JSON.parse(readText(row, column)) as T;
  } catch (error) {
    throw error instanceof StoreError ? error : damaged(column);
  }
}
