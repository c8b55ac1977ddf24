import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import { type Backup, backupHeader, openBackup } from "../../core/app/backup-file.ts";
import { vaultHeaderOf } from "../../core/app/user-data.ts";
import { CommandError } from "../../core/command.ts";
import { systemProcesses } from "../../core/store/lock.ts";
import { readSnapshot } from "../../core/store/snapshot.ts";
import { openVault, type Vault } from "../../core/vault/vault.ts";
import { usageError } from "../complaint.ts";
import { problemsIn } from "../config/problems.ts";
import { readConfig } from "../config/show.ts";
import type { Context } from "../context.ts";
import { secretHint } from "../keys/view.ts";
import { openVaultOf } from "../open.ts";
import { withExamples } from "../options.ts";
import { random, timers } from "../ports.ts";
import { announcedServer } from "../server-file.ts";
import { type Present, type RestoreChanges, restoreChanges } from "./changes.ts";

interface Options {
  passphraseFile?: string;
  yes?: true;
  dryRun?: true;
}

export function define(command: Command, context: Context): void {
  command
    .description(
      "Put a backup in the place of keys, order, models and settings. Shows what changes, asks, and keeps a backup of what was there. The server must not run.",
    )
    .argument("<file>", "what `freellm backup` wrote")
    .option("--passphrase-file <path>", "take the passphrase from the first line of this file")
    .option("--dry-run", "show what would change, and change nothing")
    .option("-y, --yes", "do not ask")
    .option("--json", "print JSON")
    .action((file: string, options: Options) => restore(context, file, options));
  withExamples(
    command,
    "freellm restore freellm.backup",
    "freellm restore freellm.backup --dry-run",
    "freellm restore nightly.backup --passphrase-file ~/.config/backup-passphrase --yes",
  );
}

async function restore(context: Context, path: string, options: Options): Promise<void> {
  const { output, home, interactive } = context;
  const asks = options.yes !== true && options.dryRun !== true;
  if (asks && (!interactive || output.json)) {
    throw usageError("A restore has to be confirmed.", "Add --yes, or look first: --dry-run");
  }
  const server = announcedServer(home, systemProcesses());
  if (server !== null && options.dryRun !== true) {
    throw new CommandError(
      "server_running",
      `The server with process id ${server.pid} runs; it would not see what changes.`,
      `Stop it (kill ${server.pid}), restore, and start it again.`,
    );
  }
  const bytes = read(path);
  const vault = await vaultOf(context, bytes, options);
  try {
    const backup = await openBackup(bytes, vault, timers);
    refuseWrongConfig(backup);
    const changes = await changesOf(context, backup, vault);
    if (!output.json) show(context, backup, changes);
    if (asks && !(await agreed())) return output.line("Nothing was changed.");
    if (options.dryRun === true) {
      if (output.json) output.data({ restores: [{ ...dataOf(backup, changes), done: false, copy: null }] });
      return;
    }
    const { applyBackup } = await import("./apply.ts");
    const { copy, notices } = await applyBackup(context, backup, vault, changes.renamed);
    if (output.json) {
      return output.data({ restores: [{ ...dataOf(backup, changes), done: true, copy }] });
    }
    for (const notice of notices) output.note(notice);
    output.line("Restored.");
    if (copy !== null) output.line(`What was there before is in ${copy}.`);
  } finally {
    vault.close();
  }
}

function read(path: string): Buffer {
  try {
    if (statSync(path).isFile()) return readFileSync(path);
  } catch {
    // Told below.
  }
  throw usageError(`There is no file ${path}.`);
}

/** Opened by a passphrase, or by what opens vaults on this machine. */
async function vaultOf(context: Context, bytes: Buffer, { passphraseFile }: Options): Promise<Vault> {
  const { header, text } = backupHeader(bytes);
  if (header.opener !== "passphrase") return await openVaultOf(context, text);
  const { askPassphrase, passphraseIn } = await import("./passphrase.ts");
  if (passphraseFile === undefined && !context.interactive) {
    throw usageError("This backup opens with a passphrase.", "Give it with --passphrase-file PATH");
  }
  const passphrase = passphraseFile === undefined ? await askPassphrase() : passphraseIn(passphraseFile);
  return await openVault({
    header: { read: () => text, write: () => {} },
    sealedRecords: true,
    passphrase: () => passphrase,
    ...{ encryptionKey: undefined, keyFile: "", keychain: null, random, timers },
  });
}

/** Settings that no server could start with are not put in place. */
function refuseWrongConfig({ config, version }: Backup): void {
  const [problem] = config === null ? [] : problemsIn(config, {});
  if (problem === undefined) return;
  throw new CommandError(
    "settings",
    `The config.toml in the backup, made by freellm ${version}, does not fit this one: ${problem.message}`,
    "Update freellm to at least the version that made the backup.",
  );
}

async function changesOf(context: Context, backup: Backup, vault: Vault): Promise<RestoreChanges> {
  const snapshot = readSnapshot(context.home.snapshot);
  const content = snapshot === "damaged" || snapshot === undefined ? null : snapshot;
  const header = content === null ? null : vaultHeaderOf(content);
  const present: Present = {
    content,
    vault: header === null ? null : await openVaultOf(context, header),
    config: readConfig(context.home.config) ?? null,
  };
  try {
    return restoreChanges(backup, vault, present);
  } finally {
    present.vault?.close();
  }
}

const SAYS = {
  new: "comes back",
  same: "stays",
  other_id: "comes back, under another id",
  goes: "goes",
} as const;

function show({ output }: Context, { createdAt, version }: Backup, { keys, parts }: RestoreChanges): void {
  output.line(`A backup of ${createdAt}, made by freellm ${version}:`);
  if (keys.length > 0) {
    const rows = keys.map(({ id, newId, change, last4 }) => [
      newId ?? id ?? "",
      secretHint(last4),
      change === "other_id" ? `${SAYS[change]} (was ${id})` : SAYS[change],
    ]);
    output.table(["KEY", "ENDS IN", "WHAT HAPPENS"], rows);
  }
  output.prose(parts.length === 0 ? "Nothing else changes." : `Also replaced: ${parts.join("; ")}.`);
}

function dataOf({ createdAt, version }: Backup, { keys, parts }: RestoreChanges): Record<string, unknown> {
  return { createdAt, version, keys, parts };
}

async function agreed(): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  const message = "Put it in the place of what is there? A backup of that is kept.";
  return await confirm({ message, default: false }, { output: process.stderr });
}
