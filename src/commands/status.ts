import type { Command } from "commander";
import type { KeyView, Snapshot } from "../core/command.ts";
import { adviceOn } from "./advice.ts";
import { type Connection, connectToServer, withConnection } from "./connect.ts";
import type { Context } from "./context.ts";
import { modelsInUse } from "./in-use.ts";
import { duration, isoTime } from "./moment.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "./options.ts";
import { VERSION } from "./version.ts";

export function define(command: Command, context: Context): void {
  command.description("Say how the running server does. Exit code 3 when there is none.");
  withRemoteOptions(command).action(async (options: RemoteOptions) => {
    await withConnection(connectToServer(context, options), async ({ admin, server }) => {
      print(context, await admin.snapshot(), server);
    });
  });
  withExamples(command, "freellm status", "freellm status --json");
}

function print({ output }: Context, snapshot: Snapshot, server: Connection["server"]): void {
  const { version, startedAt, now, keys, models, totals } = snapshot;
  const advice = adviceOn(snapshot);
  const ready = models.filter(({ available }) => available).length;
  if (version !== VERSION) {
    output.warn(`the server is version ${version}, this command is version ${VERSION}: restart the server.`);
  }
  if (output.json) {
    const counts = { keys: countStates(keys), models: { all: models.length, available: ready } };
    const identity = { url: server?.url ?? null, pid: server?.pid ?? null, version };
    output.data({ servers: [{ ...identity, startedAt: isoTime(startedAt), ...counts, totals, advice }] });
    return;
  }
  const states = Object.entries(countStates(keys)).map(([state, count]) => `${count} ${state}`);
  const process = server === null || server.pid === null ? "" : ` (process ${server.pid})`;
  const rows: [string, string][] = [
    ["server", `${server?.url ?? ""}${process}, version ${version}, up for ${duration(now - startedAt)}`],
    ["keys", states.length === 0 ? "none; add one: freellm keys add" : states.join(", ")],
    ["models", `${ready} of ${modelsInUse(snapshot).length} ready`],
    ["requests", `${totals.requests}, ${totals.failed} failed, ${totals.failovers} failovers`],
    ["tokens", `${totals.inputTokens} in, ${totals.outputTokens} out`],
  ];
  for (const [name, value] of rows) output.line(`${output.paint.bold(name.padEnd(10))}${value}`);
  for (const { about, problem, remedy } of advice) output.warn(`${about}: ${problem}; ${remedy}`);
}

function countStates(keys: readonly KeyView[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of keys) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
