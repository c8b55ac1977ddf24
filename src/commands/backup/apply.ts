/** Puts a backup in the place of what is there, under the lock and in one transaction. */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { Backup } from "../../core/app/backup-file.ts";
import { resealed, withNumbersOf } from "../../core/app/user-data.ts";
import { CommandError } from "../../core/command.ts";
import { writeAtomically } from "../../core/store/atomic.ts";
import { openBunDatabase } from "../../core/store/driver-bun.ts";
import { openFileStore } from "../../core/store/file-store.ts";
import { prepareHome } from "../../core/store/home.ts";
import { acquireLock, systemProcesses } from "../../core/store/lock.ts";
import {
  replaceUserData,
  type SnapshotContent,
  takeSnapshot,
  writeSnapshot,
} from "../../core/store/snapshot.ts";
import { VAULT_HEADER } from "../../core/vault/header.ts";
import type { Vault } from "../../core/vault/vault.ts";
import type { Context } from "../context.ts";
import { openHomeVault } from "../open.ts";
import { clock, random, timers } from "../ports.ts";
import { stamp } from "./index.ts";
import { makeBackup } from "./write.ts";

const LOCK_WAIT_MS = 5_000;

export interface Restored {
  /** A backup of what was there before; null where nothing was. */
  copy: string | null;
  /** What should be known, in sentences. */
  notices: string[];
}

/** Keys, models and their settings change all at once or not at all, then config.toml. Throws StoreError, VaultError. */
export async function applyBackup(
  context: Context,
  backup: Backup,
  from: Vault,
  renamed: ReadonlyMap<string, string>,
): Promise<Restored> {
  const { home, environment } = context;
  prepareHome(home);
  const lock = await acquireLock({
    ...{ directory: home.lock, waitMs: LOCK_WAIT_MS, clock, timers, random, processes: systemProcesses() },
  });
  try {
    const { store, notices } = openFileStore({ home, timers, random, now: clock.now() });
    const wasEmpty = store.keys.list().length === 0;
    const to = await openHomeVault(store, { home, environment });
    if (to.created) notices.push(`Your keys are encrypted; ${to.describe()} opens them.`);
    const header = store.settings.text(VAULT_HEADER) ?? "";
    store.close();
    try {
      const moment = stamp(clock.now());
      const copy = wasEmpty ? null : await keepCopy(context, moment);
      const sealed = resealed(backup.content, from, { vault: to, header }, renamed);
      writeSnapshot(home.snapshot, replaceIn(home.database, sealed), random);
      replaceConfig(home.config, backup.config, moment);
      return { copy, notices };
    } finally {
      to.close();
    }
  } finally {
    lock.release();
  }
}

/** Durable once this returns. Gives what is in the database then. */
function replaceIn(path: string, sealed: SnapshotContent): SnapshotContent {
  const database = openBunDatabase(path);
  try {
    database.execute("PRAGMA synchronous = FULL");
    return database.transaction(() =>
      replaceUserData(database, withNumbersOf(sealed, takeSnapshot(database))),
    );
  } finally {
    database.close();
  }
}

/** What is there, as a backup that `freellm restore` takes back. */
async function keepCopy(context: Context, moment: string): Promise<string> {
  const path = free(join(context.home.root, `before-restore-${moment}.backup`));
  const { bytes } = await makeBackup(context, null);
  writeAtomically(path, bytes, random);
  return path;
}

function replaceConfig(path: string, config: string | null, moment: string): void {
  if (config === null) return;
  if (existsSync(path)) copyFileSync(path, free(`${path}.before-restore-${moment}`));
  writeAtomically(path, config, random);
}

/** Two restores within a second must not take each other's copies. */
function free(path: string): string {
  for (let number = 1; number < 1000; number++) {
    const candidate = number === 1 ? path : `${path}.${number}`;
    if (!existsSync(candidate)) return candidate;
  }
  throw new CommandError("file_exists", `${path} is there already.`, `Remove ${path} and try again.`);
}
