/** Opens the application in this process: home, lock, store, vault, and the core on top of them. */
import { readFileSync } from "node:fs";
import { UNIFIED_TOKEN } from "../core/app/tokens.ts";
import { Application } from "../core/app.ts";
import { type Admin, CommandError } from "../core/command.ts";
import { resolveSettings } from "../core/config/resolve.ts";
import type { Settings } from "../core/config/settings.ts";
import { createOutbound } from "../core/net/outbound.ts";
import { checkProxyUrl } from "../core/net/proxy-url.ts";
import { systemResolver } from "../core/net/resolver.ts";
import type { Log } from "../core/ports.ts";
import type { Providers } from "../core/provider.ts";
import type { Preferences } from "../core/route/preferences.ts";
import { openFileStore } from "../core/store/file-store.ts";
import { type Home, prepareHome } from "../core/store/home.ts";
import { acquireLock, systemProcesses } from "../core/store/lock.ts";
import { openStore, type Store } from "../core/store/store.ts";
import { type OpenerKind, VAULT_HEADER } from "../core/vault/header.ts";
import { systemKeychain } from "../core/vault/keychain.ts";
import { readPassphrase } from "../core/vault/passphrase.ts";
import { openVault, type Vault } from "../core/vault/vault.ts";
import { providers } from "../providers/index.ts";
import type { Context } from "./context.ts";
import type { Environment } from "./environment.ts";
import { createLog } from "./log.ts";
import { clock, random, timers } from "./ports.ts";
import { VERSION } from "./version.ts";

export interface OpenedAdmin {
  admin: Admin;
  vault: Vault;
  close(): Promise<void>;
}

export interface OpenedApplication {
  application: Application;
  settings: Settings;
  /** What the user should know, in sentences; usually none. */
  notices: string[];
  close(): void;
}

export interface OpenOptions {
  home: Home;
  environment: Environment;
  settings: Settings;
  log: Log;
  /** How long another process may hold the home, in milliseconds. */
  lockWaitMs: number;
}

/** Flags by property name of `Settings`. Throws SettingsError. */
export function loadSettings(
  { home, environment }: Pick<Context, "home" | "environment">,
  flags: Partial<Record<keyof Settings, unknown>> = {},
): Settings {
  return resolveSettings({ flags, environment, toml: readIfThere(home.config) }).settings;
}

/** The application of a home, under its lock. Throws StoreError, VaultError. */
export async function openApplication(options: OpenOptions): Promise<OpenedApplication> {
  const { home, environment, settings, log, lockWaitMs } = options;
  prepareHome(home);
  const lock = await acquireLock({
    directory: home.lock,
    waitMs: lockWaitMs,
    clock,
    timers,
    random,
    processes: systemProcesses(),
  });
  const closing: (() => void)[] = [() => lock.release()];
  try {
    const onError = (error: unknown): void =>
      log.error("the store could not be written", { error: String(error) });
    const { store, notices } = openFileStore({ home, timers, random, now: clock.now(), onError });
    closing.push(() => store.close());
    const vault = await openHomeVault(store, { home, environment });
    if (vault.created) notices.push(`Your keys are encrypted; ${vault.describe()} opens them.`);
    const application = createApplication(store, vault, settings, log);
    const close = (): void => {
      application.close();
      vault.close();
      lock.release();
    };
    return { application, settings, notices, close };
  } catch (error) {
    for (const undo of closing.reverse()) undo();
    throw error;
  }
}

/** The vault of an open store, made where there is none yet. Throws VaultError. */
export async function openHomeVault(
  store: Store,
  { home, environment }: Pick<Context, "home" | "environment">,
): Promise<Vault> {
  return await openVault({
    header: headerIn(store),
    sealedRecords:
      store.settings.sealed(UNIFIED_TOKEN) !== undefined ||
      store.keys.list().some((key) => key.secret !== null),
    ...openers(home, environment),
    ...openerChoice(environment),
  });
}

/** An application that keeps everything in memory and leaves nothing behind. */
export async function openEphemeral(settings: Settings, log: Log): Promise<OpenedApplication> {
  const { openSqljsDatabase } = await import("../core/store/driver-sqljs.ts");
  const store = openStore({ database: await openSqljsDatabase(), timers });
  const vault = await openVault({
    header: headerIn(store),
    sealedRecords: false,
    encryptionKey: Buffer.from(random.bytes(32)).toString("hex"),
    keyFile: "",
    keychain: null,
    random,
    timers,
  });
  const application = createApplication(store, vault, settings, log);
  const close = (): void => {
    application.close();
    vault.close();
  };
  return { application, settings, notices: [], close };
}

/** For a command without a server. Does not wait for the lock: whoever holds it may be a server that can be asked. */
export async function openLocally(context: Context): Promise<OpenedAdmin> {
  const { home, environment, output } = context;
  const settings = loadSettings(context);
  const log = createLog(process.stderr, clock, "error");
  const opened = await openApplication({ home, environment, settings, log, lockWaitMs: 0 });
  for (const notice of opened.notices) output.note(notice);
  const { application } = opened;
  return { admin: application, vault: application.vault, close: async () => opened.close() };
}

/** The vault that belongs to `header`, by what opens it on this machine. Throws VaultError. */
export async function openVaultOf(
  { home, environment }: Pick<Context, "home" | "environment">,
  header: string,
): Promise<Vault> {
  const slot = { read: () => header || undefined, write: () => {} };
  return await openVault({ header: slot, sealedRecords: true, ...openers(home, environment) });
}

function openers(home: Home, environment: Environment) {
  return {
    encryptionKey: environment.FREELLM_ENCRYPTION_KEY,
    keyFile: home.keyFile,
    keychain: systemKeychain(),
    ...passphraseFrom(environment),
    random,
    timers,
  };
}

export async function loadProviders(): Promise<Providers> {
  return providers;
}

function createApplication(store: Store, vault: Vault, settings: Settings, log: Log): Application {
  const outbound = createOutbound({
    clock,
    resolver: systemResolver(),
    trusted: providers.all().flatMap(({ baseUrl, otherBaseUrls }) => [baseUrl, ...otherBaseUrls]),
    proxy: proxyIn(settings),
  });
  const limits = {
    maxAttempts: settings.maxAttempts,
    failoverBudgetMs: settings.failoverBudgetMs,
    maxWaitMs: settings.maxWaitMs,
    upstreamTimeoutMs: settings.upstreamTimeoutMs,
    firstContentMs: settings.firstContentMs,
    streamStallMs: settings.streamStallMs,
    headerHoldMs: settings.headerHoldMs,
    heartbeatMs: settings.heartbeatMs,
    maxBodyBytes: settings.maxBodyBytes,
    rescue: settings.rescue,
    hedge: settings.hedge,
    holdTools: settings.holdTools,
  };
  return new Application({
    store,
    vault,
    providers,
    outbound,
    clock,
    timers,
    random,
    log,
    limits,
    probeIntervalMs: settings.probeIntervalMs,
    preferences: preferencesIn(settings),
    hash: (text, seed) => Bun.hash.xxHash64(text, seed),
    version: VERSION,
  });
}

/** null where none is set. Throws CommandError, which does not repeat what may hold a password. */
function proxyIn({ proxy }: Settings): string | null {
  if (proxy === "") return null;
  const checked = checkProxyUrl(proxy);
  if ("url" in checked) return checked.url;
  throw new CommandError("settings", `The setting proxy is not right. ${checked.error}`, checked.hint, true);
}

function preferencesIn(settings: Settings): Preferences {
  const { quality = 0, success = 0, speed = 0, quota = 0 } = settings.strategyWeights;
  const aliases = Object.entries(settings.aliases).map(([name, model]) => [name.toLowerCase(), model]);
  const profiles = Object.entries(settings.profiles).map(([name, chain]) => [name.toLowerCase(), chain]);
  return {
    strategy: settings.strategy,
    weights: { quality, success, speed, quota },
    profiles: Object.fromEntries(profiles),
    aliases: Object.fromEntries(aliases),
    private: settings.private,
  };
}

function headerIn(store: Store) {
  return {
    read: () => store.settings.text(VAULT_HEADER),
    write: (text: string) => store.settings.set(VAULT_HEADER, text),
  };
}

/** A passphrase comes from a file or an open descriptor, never from the command line or the environment itself. */
function passphraseFrom(environment: Environment): { passphrase?: () => string } {
  const descriptor = environment.FREELLM_PASSPHRASE_FD;
  const file = environment.FREELLM_PASSPHRASE_FILE;
  if (descriptor !== undefined && /^\d+$/.test(descriptor)) {
    return { passphrase: () => readPassphrase(Number(descriptor)) };
  }
  return file ? { passphrase: () => readPassphrase(file) } : {};
}

const OPENERS: readonly OpenerKind[] = ["environment", "keychain", "key-file", "passphrase"];

/** FREELLM_OPENER chooses what opens the vault of a first run. */
function openerChoice(environment: Environment): { choice?: OpenerKind } {
  const wanted = environment.FREELLM_OPENER;
  if (!wanted) return {};
  const choice = OPENERS.find((kind) => kind === wanted);
  if (choice) return { choice };
  throw new CommandError(
    "settings",
    `FREELLM_OPENER is "${wanted}".`,
    `Use one of ${OPENERS.join(", ")}.`,
    true,
  );
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
