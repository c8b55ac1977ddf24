/** What `freellm` alone says: the next step from here. */
import { existsSync } from "node:fs";
import type { Snapshot } from "../core/command.ts";
import { systemProcesses } from "../core/store/lock.ts";
import { keyCount, readSnapshot } from "../core/store/snapshot.ts";
import { adviceOn } from "./advice.ts";
import { connectToServer, withConnection } from "./connect.ts";
import type { Context } from "./context.ts";
import { modelsInUse } from "./in-use.ts";
import { duration } from "./moment.ts";
import { announcedServer } from "./server-file.ts";

/** Opens nothing and makes nothing: asking what to do next must not be a first run. */
export async function welcome(context: Context): Promise<void> {
  const { output, home } = context;
  const { bold } = output.paint;
  if (announcedServer(home, systemProcesses()) !== null) {
    await withConnection(connectToServer(context, {}), async ({ admin, server }) => {
      await whileServing(context, await admin.snapshot(), server?.url ?? "");
    });
  } else {
    const kept = existsSync(home.data) ? readSnapshot(home.snapshot) : undefined;
    const keys = kept === undefined || kept === "damaged" ? 0 : keyCount(kept);
    if (keys > 0 || kept === "damaged") stopped(context, keys);
    else await atFirst(context);
  }
  output.line(`All commands: ${bold("freellm --help")}.`);
}

/** Nothing is set up: which keys to get. */
async function atFirst({ output }: Context): Promise<void> {
  const { bold } = output.paint;
  output.prose(
    "Nothing is set up yet. Two minutes with a browser give you free models; good keys to get first:",
  );
  output.line();
  await suggest(output, []);
  output.line();
  output.line(`Set it up step by step:   ${bold("freellm init")}`);
  output.line(`Or by hand:               ${bold("freellm keys add")}, then ${bold("freellm serve")}`);
  output.line(`Without any key:          ${bold("freellm keys add --keyless")}`);
  output.line(`Just to see it work:      ${bold("freellm serve --demo")}`);
}

function stopped({ output }: Context, keys: number): void {
  const { bold } = output.paint;
  const held = keys === 0 ? "" : ` It holds ${keys} ${keys === 1 ? "key" : "keys"}.`;
  output.line(`freellm is not running.${held}`);
  output.prose(
    `Start it here: ${bold("freellm serve")}. With every login: ${bold("freellm service install")}.`,
  );
  output.line(`Your keys: ${bold("freellm keys list")}. One more: ${bold("freellm keys add")}.`);
}

/** Three lines on how it does, and where to look further. */
async function whileServing({ output }: Context, snapshot: Snapshot, url: string): Promise<void> {
  const { bold } = output.paint;
  const { keys, models, totals, startedAt, now } = snapshot;
  if (keys.length === 0) {
    output.line(`freellm is running at ${url}, without keys. Good keys to get first:`);
    output.line();
    await suggest(output, []);
    output.line();
    output.line(`Add one: ${bold("freellm keys add")}. Without any: ${bold("freellm keys add --keyless")}.`);
    return;
  }
  const healthy = keys.filter(({ state }) => state === "healthy" || state === "unknown").length;
  const ready = models.filter(({ available }) => available).length;
  const inUse = modelsInUse(snapshot).length;
  const { requests, failed, failovers } = totals;
  output.line(`freellm is running at ${bold(`${url}/v1`)} for ${duration(now - startedAt)}.`);
  output.line(
    `${healthy} of ${keys.length} ${keys.length === 1 ? "key" : "keys"} and ${ready} of ${inUse} models are ready.`,
  );
  output.line(`${requests} requests, ${failed} failed, ${failovers} failovers.`);
  for (const { about, problem, remedy } of adviceOn(snapshot)) output.warn(`${about}: ${problem}; ${remedy}`);
  output.line();
  output.line(`Watch it live: ${bold("freellm dash")}. The token for clients: ${bold("freellm token")}.`);
}

async function suggest(output: Context["output"], there: readonly string[]): Promise<void> {
  const [{ firstKeys, printFirstKeys }, { providers }] = await Promise.all([
    import("./first-keys.ts"),
    import("../providers/index.ts"),
  ]);
  printFirstKeys(output, firstKeys(providers, there));
}
