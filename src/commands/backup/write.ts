/** Makes backups out of the snapshot of a home: no lock and no server is needed for it. */
import { existsSync, readFileSync } from "node:fs";
import { type Backup, sealBackup } from "../../core/app/backup-file.ts";
import { resealed, rowsOf, vaultHeaderOf } from "../../core/app/user-data.ts";
import { CommandError } from "../../core/command.ts";
import { readSnapshot, type SnapshotContent } from "../../core/store/snapshot.ts";
import { SCRYPT } from "../../core/vault/derivation.ts";
import { openVault, type Vault } from "../../core/vault/vault.ts";
import type { Context } from "../context.ts";
import { openVaultOf } from "../open.ts";
import { clock, random, timers } from "../ports.ts";
import { VERSION } from "../version.ts";

export interface MadeBackup {
  bytes: Buffer;
  keys: number;
  endpoints: number;
  withConfig: boolean;
}

/** Of all that the user entered. Sealed by a passphrase, or (null) by what opens the vault here. Throws CommandError, VaultError. */
export async function makeBackup(context: Context, passphrase: string | null): Promise<MadeBackup> {
  const content = readSnapshot(context.home.snapshot);
  if (content === undefined || content === "damaged") {
    throw content === undefined
      ? new CommandError("nothing_there", "There is nothing to back up yet.", "Add a key: freellm keys add")
      : new CommandError(
          "corrupt",
          `The copy of the keys in ${context.home.snapshot} is damaged.`,
          "Change something, which writes a new copy: freellm keys reorder. See: freellm doctor",
        );
  }
  const header = vaultHeaderOf(content);
  if (header === null) {
    throw new CommandError(
      "nothing_there",
      "There is nothing to back up yet.",
      "Add a key: freellm keys add",
    );
  }
  const config = existsSync(context.home.config) ? readFileSync(context.home.config, "utf8") : null;
  const vault = await openVaultOf(context, header);
  try {
    const bytes =
      passphrase === null
        ? await sealBackup(backupOf(content, config), vault, header)
        : await sealedBy(passphrase, content, config, vault);
    const count = (table: string): number => rowsOf(content, table).length;
    return { bytes, keys: count("keys"), endpoints: count("endpoints"), withConfig: config !== null };
  } finally {
    vault.close();
  }
}

/** By a vault of its own, which any runtime can open. */
async function sealedBy(
  passphrase: string,
  content: SnapshotContent,
  config: string | null,
  from: Vault,
): Promise<Buffer> {
  let header = "";
  const vault = await openVault({
    header: {
      read: () => undefined,
      write: (text) => {
        header = text;
      },
    },
    sealedRecords: false,
    choice: "passphrase",
    derivation: SCRYPT,
    passphrase: () => passphrase,
    ...{ encryptionKey: undefined, keyFile: "", keychain: null, random, timers },
  });
  try {
    return await sealBackup(backupOf(resealed(content, from, { vault, header }), config), vault, header);
  } finally {
    vault.close();
  }
}

function backupOf(content: SnapshotContent, config: string | null): Backup {
  return { content, config, createdAt: new Date(clock.now()).toISOString(), version: VERSION };
}
