import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import type { Providers } from "../../core/provider.ts";
import { EXIT_FAILED, usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { loadProviders } from "../open.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { findKeys } from "./found.ts";
import type { FoundKey } from "./found-key.ts";
import { type ImportRow, importKeys, previewOf, printRows, rowData } from "./import-rows.ts";
import { readLines } from "./lines.ts";
import { secretHint } from "./view.ts";

interface ImportOptions extends RemoteOptions {
  yes?: boolean;
  dryRun?: boolean;
  test?: boolean;
}

/** `freellm keys import`. */
export function defineImport(keys: Command, context: Context): void {
  define(keys.command("import"), context, "freellm keys import");
}

/** `freellm import`, the same: whoever has a file with keys in it finds it by either name. */
export function define(command: Command, context: Context, called = "freellm import"): void {
  command
    .description(
      "Add the keys of a .env file or list: NAME=value or bare keys, one a line. Shows what it would do, then asks.",
    )
    .argument("<file>", 'the file; "-" is stdin')
    .option("-y, --yes", "do not ask")
    .option("--dry-run", "only show what would be done")
    .option("--test", "ask the providers first and add no key that they refuse");
  withRemoteOptions(command).action(async (file: string, options: ImportOptions) => {
    const { output } = context;
    const text = file === "-" ? await context.readAll() : readFile(file);
    if (text.length > MAX_BYTES) throw tooLarge("The input");
    refuseOther(text, file);
    const providers = await loadProviders();
    const found = findKeys(readLines(text), providers);
    const preview = (keys: readonly FoundKey[]): Promise<ImportRow[]> =>
      withConnection(connect(context, options), ({ admin }) => previewOf(admin, keys));
    let rows = await preview(found);
    const mayAsk = context.interactive && options.yes !== true && options.dryRun !== true && !output.json;
    if (mayAsk && rows.some(({ action }) => action === "ambiguous")) {
      rows = await preview(await withOwners(rows, providers));
    }
    const wanted = rows.filter(({ action }) => action === "add");
    if (options.dryRun === true || wanted.length === 0) return show(context, rows);
    if (options.yes !== true) {
      if (!context.interactive) {
        throw usageError("The import has to be confirmed.", "Add --yes, or look first with --dry-run.");
      }
      printRows(output, rows);
      const { confirm } = await import("@inquirer/prompts");
      const message = `Add ${wanted.length} ${wanted.length === 1 ? "key" : "keys"}?`;
      if (!(await confirm({ message, default: true }, { output: process.stderr }))) {
        return output.line("Nothing was changed.");
      }
    }
    const done = await withConnection(connect(context, options), ({ admin }) =>
      importKeys(admin, rows, options.test, (count) =>
        output.progress(`Adding keys: ${count} of ${wanted.length} done`),
      ),
    );
    output.progress("");
    show(context, done);
    if (done.some(({ action }) => action === "failed")) output.exitCode = EXIT_FAILED;
  });
  withExamples(
    command,
    `${called} .env --dry-run`,
    `${called} keys.env --yes`,
    `age -d keys.age | ${called} - --yes`,
  );
}

/** Files of freellm's own that hold no list of keys, and what takes them. */
function refuseOther(text: string, file: string): void {
  const name = file === "-" ? "FILE" : file;
  if (text.startsWith("freellm-backup ")) {
    throw new CommandError("not_keys", "This is a backup, no list of keys.", `freellm restore ${name}`);
  }
  if (text.startsWith("freellm-catalogue ")) {
    throw new CommandError(
      "not_keys",
      "This is a signed catalogue, no list of keys.",
      `freellm models import ${name}`,
    );
  }
}

/** Asks whose the keys are whose shape fits several providers. */
async function withOwners(rows: readonly ImportRow[], providers: Providers): Promise<FoundKey[]> {
  const { select } = await import("@inquirer/prompts");
  const keys: FoundKey[] = [];
  for (const { key, action } of rows) {
    if (action !== "ambiguous") {
      keys.push(key);
      continue;
    }
    const what = `${key.name ?? "the key"} ${secretHint(key.secret?.slice(-4) ?? null)}`;
    const chosen = await select(
      {
        message: `Line ${key.line}: whose key is ${what}?`,
        choices: [
          ...key.candidates.map((id) => ({ value: id, name: providers.find(id)?.name ?? id })),
          { value: "", name: "I do not know: leave it out" },
        ],
        loop: false,
      },
      { output: process.stderr },
    );
    keys.push(chosen === "" ? key : { ...key, provider: chosen, candidates: [] });
  }
  return keys;
}

function show({ output }: Context, rows: readonly ImportRow[]): void {
  if (output.json) output.data({ imports: rows.map(rowData) });
  else printRows(output, rows);
}

const MAX_BYTES = 1024 * 1024;

function tooLarge(what: string): CommandError {
  return new CommandError("file_too_large", `${what} is larger than a megabyte: that is no list of keys.`);
}

function readFile(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) {
      throw tooLarge(path);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError("file_unreadable", `${path} cannot be read: ${reason}.`);
  }
}
