import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { vaultHeaderOf } from "../../core/app/user-data.ts";
import { CommandError } from "../../core/command.ts";
import { environmentName, settingRows } from "../../core/config/settings.ts";
import { systemProcesses } from "../../core/store/lock.ts";
import { readSnapshot } from "../../core/store/snapshot.ts";
import { type OpenerKind, parseHeader } from "../../core/vault/header.ts";
import { EXIT_NO_SERVER } from "../complaint.ts";
import type { Context } from "../context.ts";
import { logPath } from "../log-file.ts";
import { withExamples } from "../options.ts";
import { announcedServer } from "../server-file.ts";
import { type Platform, type Service, serviceFor } from "./definition.ts";
import { runAll, succeeds } from "./run.ts";

export function define(command: Command, context: Context): void {
  command.description("Keep the server running with every login: by systemd, launchd or the task scheduler.");
  const install = command
    .command("install")
    .description("Install the service and start it.")
    .option("--dry-run", "print the file and the commands, and change nothing")
    .action(({ dryRun }: { dryRun?: true }) => installService(context, dryRun === true));
  withExamples(install, "freellm service install --dry-run", "freellm service install");
  const uninstall = command
    .command("uninstall")
    .description("Stop the service and take it away. Keys and settings stay.")
    .option("--dry-run", "print the commands, and change nothing")
    .action(({ dryRun }: { dryRun?: true }) => uninstallService(context, dryRun === true));
  withExamples(uninstall, "freellm service uninstall");
  const status = command
    .command("status", { isDefault: true })
    .description(
      "Say whether the service is installed and runs (the default). Exit code 3 when it does not run.",
    )
    .option("--json", "print JSON")
    .action(() => serviceStatus(context));
  withExamples(status, "freellm service", "freellm service status --json");
  withExamples(command, "freellm service install", "freellm service status", "freellm logs --follow");
}

/** Throws CommandError when it cannot be. */
export function installService(context: Context, dryRun: boolean): void {
  const { output, environment, home } = context;
  const service = serviceHere(context);
  refuseLockedOpener(context);
  if (dryRun) {
    output.line(`# ${service.path}`);
    output.line(service.text.replaceAll("\r\n", "\n"));
    for (const command of service.install) output.line(`$ ${command.join(" ")}`);
    return;
  }
  const server = announcedServer(home, systemProcesses());
  if (server !== null && !existsSync(service.path)) {
    throw new CommandError(
      "server_running",
      `A server runs already, process ${server.pid}.`,
      `Stop it first: kill ${server.pid}`,
    );
  }
  mkdirSync(dirname(service.path), { recursive: true });
  const mark = service.encoding === "utf16le" ? "\uFEFF" : "";
  writeFileSync(service.path, `${mark}${service.text}`, service.encoding);
  runAll(service.install);
  output.line(`Installed ${service.path} and started it.`);
  output.line(`Its log: freellm logs (${logPath(home)}). How it does: freellm status.`);
  if (service.note !== null) output.note(service.note);
  const ignored = settingRows()
    .map(([name]) => environmentName(name))
    .filter((name) => environment[name]);
  if (ignored.length > 0) {
    output.warn(
      `the service does not see ${ignored.join(", ")}: put it into config.toml (freellm config edit).`,
    );
  }
}

function uninstallService(context: Context, dryRun: boolean): void {
  const { output } = context;
  const service = serviceHere(context);
  if (dryRun) {
    for (const command of service.uninstall) output.line(`$ ${command.join(" ")}`);
    output.line(`$ rm ${service.path}`);
    return;
  }
  if (!existsSync(service.path)) {
    output.line("The service is not installed.");
    return;
  }
  // One that does not run cannot be stopped; what counts is that it does not come back.
  for (const command of service.uninstall) succeeds(command);
  rmSync(service.path, { force: true });
  output.line(`Stopped the service and removed ${service.path}.`);
}

function serviceStatus(context: Context): void {
  const { output } = context;
  const service = serviceHere(context);
  const installed = existsSync(service.path);
  const running = installed && succeeds(service.status);
  if (!running) output.exitCode = EXIT_NO_SERVER;
  if (output.json) {
    output.data({ services: [{ platform: process.platform, file: service.path, installed, running }] });
  } else if (!installed) output.line("The service is not installed. Install it: freellm service install");
  else if (running) output.line(`The service runs (${service.path}).`);
  else output.line(`The service is installed (${service.path}) but does not run. Why: freellm logs`);
}

/** Throws CommandError where services are not known. */
function serviceHere({ environment }: Context): Service {
  const platform = PLATFORMS.find((name) => name === process.platform);
  if (platform === undefined) {
    throw new CommandError(
      "unsupported",
      `Services of ${process.platform} are not known.`,
      "Start `freellm serve` by what keeps services there.",
    );
  }
  const script = process.argv[1];
  return serviceFor({
    platform,
    program:
      Bun.isStandaloneExecutable || script === undefined ? [process.execPath] : [process.execPath, script],
    userDirectory: homedir(),
    configDirectory: environment.XDG_CONFIG_HOME?.startsWith("/") ? environment.XDG_CONFIG_HOME : undefined,
    places: [
      ...(environment.FREELLM_HOME ? [["FREELLM_HOME", resolve(environment.FREELLM_HOME)] as const] : []),
      ...XDG.flatMap((name) => {
        const path = environment[name];
        return path?.startsWith("/") ? [[name, path] as const] : [];
      }),
    ],
    uid: process.getuid?.() ?? 0,
  });
}

const XDG = ["XDG_DATA_HOME", "XDG_CONFIG_HOME"] as const;
const PLATFORMS: readonly Platform[] = ["linux", "darwin", "win32"];

/** Nobody is there to unlock it when the service starts. */
const LOCKED: Readonly<Record<OpenerKind, string | null>> = {
  "key-file": null,
  environment: "the key in FREELLM_ENCRYPTION_KEY, which a service does not see",
  passphrase: "a passphrase, which nobody types when a service starts",
  keychain: "the keychain, which may be locked when a service starts",
};

function refuseLockedOpener({ home }: Context): void {
  const content = readSnapshot(home.snapshot);
  const header = content === undefined || content === "damaged" ? null : vaultHeaderOf(content);
  const opener = header === null ? null : parseHeader(header).opener;
  // The login keychains of macOS and Windows are open as soon as their user is logged in.
  const locked =
    opener === null || (opener === "keychain" && process.platform !== "linux") ? null : LOCKED[opener];
  if (locked === null) return;
  throw new CommandError(
    "locked_opener",
    `The vault opens with ${locked}.`,
    `Move the keys to a vault with a key file:\n  freellm backup all.backup\n  mv ${home.data} ${home.data}.old\n  FREELLM_OPENER=key-file freellm restore all.backup`,
  );
}
