import { existsSync } from "node:fs";
import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import { writeAtomically } from "../../core/store/atomic.ts";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import { loadProviders } from "../open.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { random } from "../ports.ts";
import { exportLines } from "./export-lines.ts";
import { unsealed } from "./unseal.ts";

interface ExportOptions extends RemoteOptions {
  out?: string;
  yes?: boolean;
  reveal?: boolean;
}

export function defineExport(keys: Command, context: Context): void {
  const command = keys
    .command("export")
    .description("Write all keys in clear, as lines that `keys import` reads back.")
    .option("--out <file>", 'where to; it must not be there yet. "-" is stdout, also on a terminal')
    .option("-y, --yes", "do not ask; needs --reveal as well")
    .option("--reveal", "yes, in clear");
  withRemoteOptions(command).action(async (options: ExportOptions) => {
    const { output } = context;
    const { out } = options;
    if (out === undefined && process.stdout.isTTY === true) {
      throw usageError(
        "The keys would be readable on this screen.",
        "Name a file with --out FILE, or insist with --out -",
      );
    }
    const file = out === undefined || out === "-" ? null : out;
    if (file !== null && existsSync(file)) {
      throw new CommandError("file_exists", `${file} is there already.`, "Name another file, or remove it.");
    }
    if (!(await agreed(options, context))) return output.line("Nothing was written.");
    const { keys: found, endpoints } = await unsealed(context, options, null);
    const text = exportLines(found, endpoints, await loadProviders()).join("\n");
    const count = found.filter(({ secret }) => secret !== null).length;
    if (file === null) {
      if (output.json) output.data({ keys: found });
      else output.raw(`${text}\n`);
      return;
    }
    try {
      writeAtomically(file, `${text}\n`, random);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError("not_written", `${file} could not be written: ${reason}.`);
    }
    if (output.json) return output.data({ exports: [{ file, keys: count }] });
    output.line(`Wrote ${count} ${count === 1 ? "key" : "keys"} to ${file}, which only you can read.`);
    output.note("whoever reads this file can spend your quota: delete it when you are done.");
  });
  withExamples(
    command,
    "freellm keys export --out keys.env",
    "freellm keys export --yes --reveal | age -r RECIPIENT > keys.age",
  );
}

async function agreed({ yes, reveal }: ExportOptions, { interactive }: Context): Promise<boolean> {
  if (yes === true && reveal === true) return true;
  if (!interactive) {
    throw usageError("Keys in clear are given only by explicit word.", "Add --yes --reveal.");
  }
  const { input } = await import("@inquirer/prompts");
  const message = "All keys are written in clear. Type yes to go on";
  return (await input({ message }, { output: process.stderr })).trim().toLowerCase() === "yes";
}
