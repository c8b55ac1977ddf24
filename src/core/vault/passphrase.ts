/** A passphrase from where it is not seen by others: a file, or a descriptor that the parent process left open. */
import { readFileSync } from "node:fs";
import { VaultError } from "./vault-error.ts";

/** The first line, without its end. A path or an open descriptor. Throws VaultError `bad_key` when it is empty or cannot be read. */
export function readPassphrase(source: string | number): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(source);
  } catch {
    throw new VaultError(
      "bad_key",
      "The passphrase could not be read.",
      "Check the file or descriptor given.",
    );
  }
  const end = bytes.indexOf("\n");
  const line = bytes.toString("utf8", 0, end < 0 ? bytes.length : end).replace(/\r$/, "");
  bytes.fill(0);
  if (line === "") throw new VaultError("bad_key", "The passphrase is empty.");
  return line;
}
