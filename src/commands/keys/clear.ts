import type { Command } from "commander";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { keyData } from "./view.ts";

export function defineClear(keys: Command, context: Context): void {
  const command = keys
    .command("clear")
    .description(
      "End what a key rests for, and its account: call it again now, also where its provider said to wait. What is used of a limit stays used.",
    )
    .argument("<id>", "as `keys list` shows it");
  withRemoteOptions(command).action(async (id: string, options: RemoteOptions) => {
    const { output } = context;
    const reply = await withConnection(connect(context, options), ({ admin }) =>
      admin.execute({ type: "key-clear", id }),
    );
    if (reply.type !== "key") return;
    if (output.json) return output.data({ keys: [keyData(reply.key)], notes: reply.notes });
    if (reply.notes.length === 0) output.line(`${id} rests no longer.`);
    else output.prose(`${id}: ${reply.notes.join(" ")}`);
  });
  withExamples(command, "freellm keys clear groq-1");
}
