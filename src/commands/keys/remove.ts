import type { Command } from "commander";
import type { KeyView } from "../../core/command.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { knownKey } from "./known-key.ts";
import { secretHint } from "./view.ts";

interface RemoveOptions extends RemoteOptions {
  yes?: boolean;
}

export function defineRemove(keys: Command, context: Context): void {
  const command = keys
    .command("rm")
    .alias("remove")
    .description("Forget a key. Its id is never given again.")
    .argument("<id>", "as `keys list` shows it")
    .option("-y, --yes", "do not ask, also on a terminal");
  withRemoteOptions(command).action(async (id: string, options: RemoveOptions) => {
    const { output } = context;
    const isAsked = options.yes !== true && context.interactive;
    if (isAsked && !(await confirmed(await knownKey(context, options, id)))) {
      return output.line("Nothing was changed.");
    }
    await withConnection(connect(context, options), ({ admin }) => admin.execute({ type: "key-remove", id }));
    if (output.json) output.data({ removed: [{ id }] });
    else output.line(`Removed ${id}.`);
  });
  withExamples(command, "freellm keys rm groq-1", "freellm keys rm groq-1 --yes");
}

/** Scripts name the id and mean it; a person at a terminal is asked once. */
async function confirmed({ id, last4, label }: KeyView): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  const facts = [last4 === null ? "no key" : secretHint(last4), ...(label === null ? [] : [label])];
  return await confirm(
    { message: `Forget ${id} (${facts.join(", ")})?`, default: false },
    { output: process.stderr },
  );
}
