/** What `freellm` alone says: the next step from here. */
import { existsSync } from "node:fs";
import { systemProcesses } from "../core/store/lock.ts";
import { connectToServer, withConnection } from "./connect.ts";
import type { Context } from "./context.ts";
import { announcedServer } from "./server-file.ts";

/** Opens nothing and makes nothing: asking what to do next must not be a first run. */
export async function welcome(context: Context): Promise<void> {
  const { output, home } = context;
  const { bold } = output.paint;
  if (announcedServer(home, systemProcesses()) !== null) {
    const { keys } = await withConnection(connectToServer(context, {}), ({ admin }) => admin.snapshot());
    if (keys.length === 0)
      output.line(`freellm is running without keys. Add one: ${bold("freellm keys add")}`);
    else output.line(`freellm is running with ${keys.length} ${keys.length === 1 ? "key" : "keys"}.`);
    output.line(`How it does: ${bold("freellm status")}. The token for clients: ${bold("freellm token")}.`);
  } else if (existsSync(home.data)) {
    output.line(`freellm is not running. Start it: ${bold("freellm serve")}`);
    output.line(`Your keys: ${bold("freellm keys list")}. One more: ${bold("freellm keys add")}.`);
  } else {
    output.line("Nothing is set up yet.");
    output.line(`Add a first key: ${bold("freellm keys add")}, then start: ${bold("freellm serve")}.`);
    output.line(`Or try it without any key: ${bold("freellm serve --demo")}.`);
  }
  output.line(`All commands: ${bold("freellm --help")}.`);
}
