import { existsSync } from "node:fs";
import type { Command } from "commander";
import { CommandError, type EndpointView, type Snapshot } from "../../core/command.ts";
import { SettingsError } from "../../core/config/resolve.ts";
import { StoreError } from "../../core/store/store-error.ts";
import { sanitize } from "../../core/vault/sanitize.ts";
import { VaultError } from "../../core/vault/vault-error.ts";
import { EXIT_FAILED } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";
import { type Check, fail, warn } from "./check.ts";

const COLOURS = { ok: "green", warn: "yellow", fail: "red" } as const;

export function define(command: Command, context: Context): void {
  command
    .description(
      "Look at everything that may be wrong: files, settings, environment, server, vault, keys, limits. Exit code 1 when something fails. Calls nobody without --online.",
    )
    .option("--online", "ask the providers of your keys for a sign of life and the time; no key is sent")
    .option("--json", "print JSON")
    .action(({ online }: { online?: true }) => doctor(context, online === true));
  withExamples(command, "freellm doctor", "freellm doctor --online", "freellm doctor --json");
}

async function doctor(context: Context, online: boolean): Promise<void> {
  const { output } = context;
  const checks: Check[] = [];
  const { fileChecks } = await import("./files.ts");
  checks.push(...fileChecks(context));
  const { settingChecks } = await import("./settings.ts");
  checks.push(...settingChecks(context));
  const { serverCheck, vaultCheck } = await import("./server.ts");
  checks.push(await orFailed("server", serverCheck(context)), await orFailed("vault", vaultCheck(context)));
  const snapshot = await stateOf(context);
  if ("result" in snapshot) checks.push(snapshot);
  else {
    const { keyChecks } = await import("./keys.ts");
    checks.push(...keyChecks(snapshot));
    if (online) {
      output.progress("Asking the providers ...");
      const { onlineChecks } = await import("./online.ts");
      checks.push(...(await onlineChecks(context, snapshot.keys, await endpointsOf(context))));
      output.progress("");
    }
  }
  report(context, checks);
}

/** The state, or why there is none. What is not there is not made. */
async function stateOf(context: Context): Promise<Snapshot | Check> {
  if (!existsSync(context.home.data)) {
    return warn("keys", "Nothing is set up yet.", "Begin with: freellm init");
  }
  try {
    return await withConnection(connect(context, {}), ({ admin }) => admin.snapshot());
  } catch (error) {
    return failed("keys", error);
  }
}

async function endpointsOf(context: Context): Promise<EndpointView[]> {
  const reply = await withConnection(connect(context, {}), ({ admin }) =>
    admin.execute({ type: "keys-sealed", ids: [] }),
  );
  return reply.type === "sealed" ? reply.endpoints : [];
}

async function orFailed(id: string, check: Promise<Check>): Promise<Check> {
  try {
    return await check;
  } catch (error) {
    return failed(id, error);
  }
}

/** What keeps us from looking is a finding, too. Throws what is none of ours. */
function failed(id: string, error: unknown): Check {
  // Told among the settings already.
  if (error instanceof SettingsError) return fail(id, "The settings have to be right first.", error.hint);
  if (error instanceof CommandError || error instanceof StoreError || error instanceof VaultError) {
    return fail(id, error.message, error.hint ?? "See: freellm status");
  }
  throw error;
}

function report({ output }: Context, checks: readonly Check[]): void {
  const count = (result: Check["result"]): number => checks.filter((check) => check.result === result).length;
  if (count("fail") > 0) output.exitCode = EXIT_FAILED;
  if (output.json) {
    output.data({ checks });
    return;
  }
  for (const { result, message, remedy } of checks) {
    output.prose(`${output.paint[COLOURS[result]](result.padEnd(5))}${sanitize(message)}`);
    if (remedy !== null) for (const line of remedy.split("\n")) output.line(`     -> ${sanitize(line)}`);
  }
  const [warnings, failures] = [count("warn"), count("fail")];
  output.line();
  if (warnings + failures === 0) output.line("All is well.");
  else output.line(`${failures} failed, ${warnings} to look at, ${count("ok")} fine.`);
}
