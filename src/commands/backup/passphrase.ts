/** The passphrase of a backup: out of a file, or asked for; never from the command line. */
import { readPassphrase } from "../../core/vault/passphrase.ts";
import { usageError } from "../complaint.ts";

const LEAST = 8;
const terminal = { output: process.stderr };

/** Asked twice. */
export async function askNewPassphrase(): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  const validate = (text: string): true | string =>
    text.length >= LEAST || `It needs at least ${LEAST} characters.`;
  const first = await password({ message: "Passphrase for this backup", mask: "*", validate }, terminal);
  const second = await password({ message: "The same again", mask: "*" }, terminal);
  if (first === second) return first;
  throw usageError("The two passphrases differ.", "Try again. Nothing was written.");
}

export async function askPassphrase(): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  return await password({ message: "Passphrase of the backup", mask: "*" }, terminal);
}

/** The first line of a file, which may be /dev/stdin. Throws VaultError. */
export function passphraseIn(path: string): string {
  return readPassphrase(path);
}
