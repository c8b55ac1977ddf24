import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { type CatalogueView, CommandError, type Command as Wish } from "../../core/command.ts";
import { usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { type ApplyOptions, checkApply, isAgreed, printChanges } from "./changes.ts";

interface ImportOptions extends RemoteOptions, ApplyOptions {
  key?: string;
  signature?: string;
  undo?: true;
}

type Import = Extract<Wish, { type: "models-import" }>;

export function defineImport(models: Command, context: Context): void {
  const command = models
    .command("import")
    .description(
      "Take in a signed catalogue of models, limits and statuses. Nothing of it is read before its signature holds; it cannot change where calls go.",
    )
    .argument("[source]", "a file, or an https URL")
    .option("--key <key>", "the public key of who signed it, for a signer that is new to you")
    .option("--signature <file>", "its signature, where it is neither in it nor beside it as FILE.sig")
    .option("--undo", "go back to what was before the last import")
    .option("-y, --yes", "apply without asking")
    .option("-n, --dry-run", "only show");
  withRemoteOptions(command).action(async (source: string | undefined, options: ImportOptions) => {
    if ((source === undefined) !== (options.undo === true)) {
      throw usageError("Name a file or an https URL, or --undo.");
    }
    const carryOut = async (wish: Wish): Promise<CatalogueView> => {
      const reply = await withConnection(connect(context, options), ({ admin }) => admin.execute(wish));
      if (reply.type === "catalogue") return reply.catalogue;
      throw new CommandError("bad_reply", "The server gave another answer than was asked for.");
    };
    if (source === undefined) {
      return report(context, await carryOut({ type: "models-import-undo" }));
    }
    checkApply(options, context);
    const wish = wished(source, options);
    const shown = await carryOut({ ...wish, apply: false });
    if (!context.output.json) print(context, shown);
    report(context, (await isAgreed(options)) ? await carryOut({ ...wish, apply: true }) : shown);
  });
  withExamples(
    command,
    "freellm models import catalogue.json --key ed25519:...",
    "freellm models import https://example.com/catalogue.json --dry-run",
    "freellm models import --undo",
  );
}

function wished(source: string, { key, signature }: ImportOptions): Omit<Import, "apply"> {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(source);
  const beside = signature ?? (!isUrl && existsSync(`${source}.sig`) ? `${source}.sig` : undefined);
  return {
    type: "models-import",
    ...(isUrl ? { url: source } : { document: contentOf(source) }),
    ...(beside === undefined ? {} : { signature: contentOf(beside).trim() }),
    ...(key === undefined ? {} : { key }),
  };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw usageError(`The file ${path} cannot be read.`);
  }
}

function print({ output }: Context, { issued, signer, changes, notes }: CatalogueView): void {
  output.line(`Catalogue of ${issued}, signed by ${signer}: ${changes.length} changes`);
  printChanges(output, changes);
  for (const note of notes) output.note(note);
}

function report({ output }: Context, catalogue: CatalogueView): void {
  if (output.json) output.data({ catalogues: [catalogue] });
  else if (!catalogue.applied) output.line("Nothing was changed.");
  else if (catalogue.issued === null) output.line("No imported catalogue is in force.");
  else output.line(`The catalogue of ${catalogue.issued} is in force.`);
}
