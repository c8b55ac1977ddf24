import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import { writeAtomically } from "../../core/store/atomic.ts";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";
import { clock, random } from "../ports.ts";

interface Options {
  /** false by `--no-passphrase`. */
  passphrase: boolean;
  passphraseFile?: string;
}

export function define(command: Command, context: Context): void {
  command
    .description(
      "Write keys, order, models and settings into one sealed file. A passphrase opens it on any machine; without one, only what opens the vault here does. What was used and asked is not in it.",
    )
    .argument("[file]", "where to (freellm-DATE.backup); it must not be there yet")
    .option("--passphrase-file <path>", "take the passphrase from the first line of this file")
    .option("--no-passphrase", "seal it with what opens the vault here: useless where that is lost")
    .option("--json", "print JSON")
    .action((file: string | undefined, options: Options) => backup(context, file, options));
  withExamples(
    command,
    "freellm backup",
    "freellm backup /media/stick/freellm.backup",
    "freellm backup nightly.backup --passphrase-file ~/.config/backup-passphrase",
    "freellm backup here.backup --no-passphrase",
  );
}

async function backup(context: Context, given: string | undefined, options: Options): Promise<void> {
  const { output } = context;
  const file = resolve(given ?? `freellm-${stamp(clock.now())}.backup`);
  if (existsSync(file)) {
    throw new CommandError("file_exists", `${file} is there already.`, "Name another file, or remove it.");
  }
  const passphrase = await passphraseFor(context, options);
  const { makeBackup } = await import("./write.ts");
  const { bytes, keys, endpoints, withConfig } = await makeBackup(context, passphrase);
  try {
    writeAtomically(file, bytes, random);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError("not_written", `${file} could not be written: ${reason}.`);
  }
  const sealedBy = passphrase === null ? "vault" : "passphrase";
  if (output.json) {
    output.data({ backups: [{ file, bytes: bytes.length, keys, endpoints, config: withConfig, sealedBy }] });
    return;
  }
  output.line(`Wrote ${keys} ${keys === 1 ? "key" : "keys"} and the settings to ${file}.`);
  if (passphrase === null) {
    output.note("only what opens the vault here opens this file: freellm doctor says what that is.");
  }
}

async function passphraseFor({ interactive, output }: Context, options: Options): Promise<string | null> {
  if (!options.passphrase) {
    if (options.passphraseFile === undefined) return null;
    throw usageError("Only one of --passphrase-file and --no-passphrase can be given.");
  }
  const { askNewPassphrase, passphraseIn } = await import("./passphrase.ts");
  if (options.passphraseFile !== undefined) return passphraseIn(options.passphraseFile);
  if (interactive && !output.json) return await askNewPassphrase();
  throw usageError(
    "A backup needs a passphrase.",
    "Give it with --passphrase-file PATH, or seal with the vault's own opener: --no-passphrase",
  );
}

/** UTC to the second, for names of files. */
export function stamp(moment: number): string {
  return new Date(moment)
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replace("T", "-")
    .replaceAll(":", "");
}
