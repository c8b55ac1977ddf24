import type { Command } from "commander";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { printKeys } from "./view.ts";

export function defineList(keys: Command, context: Context): void {
  const command = keys
    .command("list", { isDefault: true })
    .alias("ls")
    .description("List the keys in the order in which they are tried (the default).");
  withRemoteOptions(command).action(async (options: RemoteOptions) => {
    await withConnection(connect(context, options), async ({ admin }) => {
      const snapshot = await admin.snapshot();
      printKeys(context.output, snapshot.keys, snapshot.now);
    });
  });
  withExamples(command, "freellm keys", "freellm keys list --json");
}
