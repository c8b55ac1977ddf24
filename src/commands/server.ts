/** Runs the server: opens the application, listens, announces itself, and ends in good order. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../core/command.ts";
import type { Settings } from "../core/config/settings.ts";
import { isLoopbackHost } from "../core/net/address.ts";
import type { Log } from "../core/ports.ts";
import { type Listener, listen } from "../core/serve/listen.ts";
import { type Home, resolveHome } from "../core/store/home.ts";
import { systemProcesses } from "../core/store/lock.ts";
import { openaiChat } from "../core/surface/openai-chat/index.ts";
import { createTokenChecker } from "../core/vault/token.ts";
import type { Context } from "./context.ts";
import type { DemoFleetHandle } from "./demo-fleet.ts";
import { createLog, type LogLevel } from "./log.ts";
import { loadSettings, type OpenedApplication, openApplication, openEphemeral } from "./open.ts";
import type { Sink } from "./output.ts";
import { clock, random } from "./ports.ts";
import { announceServer, createAdminToken, newAdminToken, withdrawServer } from "./server-file.ts";
import { standardError } from "./standard-streams.ts";
import { VERSION } from "./version.ts";

export interface ServeOptions {
  flags: Partial<Record<keyof Settings, unknown>>;
  demo: boolean;
  ephemeral: boolean;
  /** Where the log goes; stderr when left out. */
  logSink?: Sink;
}

export interface RunningServer {
  listener: Listener;
  opened: OpenedApplication;
  settings: Settings;
  /** Where its files are; null when it leaves none. */
  home: Home | null;
  adminToken: string;
  fleet: DemoFleetHandle | null;
  log: Log;
  /** Lets answers in flight end, then closes everything. */
  drain(): Promise<void>;
  /** Closes everything now. */
  stop(): void;
}

/** How long another process may hold the home before a start gives up. */
const LOCK_WAIT_MS = 5_000;

/** Throws CommandError, SettingsError, StoreError or VaultError when it cannot start. */
export async function startServer(context: Context, options: ServeOptions): Promise<RunningServer> {
  const { environment } = context;
  const processes = systemProcesses();
  const demoFolder = options.demo ? mkdtempSync(join(tmpdir(), "freellm-demo-")) : null;
  const home =
    demoFolder === null
      ? context.home
      : resolveHome({
          environment: { FREELLM_HOME: demoFolder },
          platform: process.platform,
          userDirectory: "",
        });
  const removeDemo = (): void => {
    if (demoFolder !== null) rmSync(demoFolder, { recursive: true, force: true });
  };
  try {
    const settings = loadSettings({ home, environment }, options.flags);
    refuseExposure(settings);
    const log = createLog(options.logSink ?? standardError, clock, settings.logLevel as LogLevel);
    const opened = options.ephemeral
      ? await openEphemeral(settings, log)
      : await openApplication({
          home,
          environment: options.demo ? { FREELLM_OPENER: "key-file" } : environment,
          settings,
          log,
          lockWaitMs: LOCK_WAIT_MS,
        });
    let fleet: DemoFleetHandle | null = null;
    let listener: Listener | null = null;
    const close = (): void => {
      if (!options.ephemeral) withdrawServer(home, processes);
      opened.close();
      fleet?.stop();
      removeDemo();
    };
    try {
      if (options.demo) {
        const { startDemoFleet } = await import("./demo-fleet.ts");
        fleet = await startDemoFleet(opened.application);
      } else if (options.ephemeral) {
        const { addEnvironmentKeys } = await import("./environment-keys.ts");
        opened.notices.push(...(await addEnvironmentKeys(opened.application, environment)));
      }
      const adminToken = options.ephemeral ? newAdminToken(random) : createAdminToken(home, random);
      const started = startListening(opened, settings, adminToken);
      listener = started;
      if (!options.ephemeral) announceServer(home, { url: started.url, version: VERSION, random, processes });
      opened.application.start();
      return {
        listener: started,
        opened,
        settings,
        home: options.ephemeral ? null : home,
        adminToken,
        fleet,
        log,
        async drain() {
          const complete = await started.drain(settings.drainMs);
          if (!complete) log.warn("answers were cut off: they did not end in time");
          close();
        },
        stop() {
          void started.stop();
          close();
        },
      };
    } catch (error) {
      void listener?.stop();
      close();
      throw error;
    }
  } catch (error) {
    removeDemo();
    throw error;
  }
}

function startListening(opened: OpenedApplication, settings: Settings, adminToken: string): Listener {
  const { application } = opened;
  const admin = createTokenChecker(adminToken);
  try {
    const listener = listen({
      gateway: application,
      openaiChat,
      admin: { admin: application, feed: application.feed },
      tokens: { chat: (token) => application.token.accepts(token), admin: (token) => admin.matches(token) },
      host: settings.host,
      port: settings.port,
      allowedHosts: settings.allowedHosts,
      allowedOrigins: settings.allowedOrigins,
    });
    application.address = listener.url;
    return listener;
  } catch (error) {
    throw addressError(error, settings);
  }
}

/** Other machines are let in only by explicit word. */
function refuseExposure({ host, expose }: Settings): void {
  if (isLoopbackHost(host) || expose) return;
  throw new CommandError(
    "exposed",
    `${host} can be reached from other machines.`,
    "Add --expose if that is what you want; whoever has the token can then spend your keys.",
    true,
  );
}

function addressError(error: unknown, { host, port }: Settings): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "EADDRINUSE") {
    return new CommandError(
      "port_taken",
      `Port ${port} on ${host} is taken.`,
      "Choose another with --port, or 0 for any.",
    );
  }
  return new CommandError(
    "listen_failed",
    `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : error}`,
  );
}
