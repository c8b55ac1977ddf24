import type { Command } from "commander";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { unsealed } from "./unseal.ts";

export function defineReveal(keys: Command, context: Context): void {
  const command = keys
    .command("reveal")
    .description("Print a key in clear, on a terminal and after a question.")
    .argument("<id>", "as `keys list` shows it");
  withRemoteOptions(command).action(async (id: string, options: RemoteOptions) => {
    const { output } = context;
    if (!context.interactive) {
      throw usageError(
        "A key is revealed only to a person at a terminal.",
        "In scripts: freellm keys export --yes --reveal",
      );
    }
    const { keys: found } = await unsealed(context, options, [id]);
    const [key] = found;
    if (!key) return;
    const { secret, last4 } = key;
    if (secret === null || last4 === null) return output.line(`${id} works without a key.`);
    const { input } = await import("@inquirer/prompts");
    const typed = await input(
      { message: `The key will be readable on this screen. Type its last four characters (${last4})` },
      { output: process.stderr },
    );
    if (typed.trim() !== last4) return output.line("Nothing was shown.");
    if (output.json) output.data({ keys: [{ id, secret }] });
    else output.line(secret);
  });
  withExamples(command, "freellm keys reveal groq-1");
}
