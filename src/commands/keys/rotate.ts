import type { Command } from "commander";
import { usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { loadProviders } from "../open.ts";
import { withExamples, withRemoteOptions } from "../options.ts";
import type { SecretOptions } from "./addition.ts";
import { knownKey } from "./known-key.ts";
import { readPasted, secretOption, withAccountId, withSecretOptions } from "./secret.ts";
import { keyData, secretHint } from "./view.ts";

export function defineRotate(keys: Command, context: Context): void {
  const command = keys
    .command("rotate")
    .description(
      "Replace the secret of a key; id, label, order and history stay. The new one is tested first, and the old one stays until it has passed.",
    )
    .argument("<id>", "as `keys list` shows it");
  withRemoteOptions(withSecretOptions(command)).action(async (id: string, options: SecretOptions) => {
    const { output } = context;
    const providers = await loadProviders();
    const { provider } = await knownKey(context, options, id);
    const spec = providers.find(provider);
    const given =
      secretOption(options, context, providers) ?? readPasted(await newSecret(id, context), providers);
    if (given.secret === "")
      throw usageError("The new key is missing.", "Pipe it in, or name a variable with --from-env.");
    const secret = withAccountId(spec, given.secret, options, context);
    const test = options.test ?? true;
    const reply = await withConnection(connect(context, options), ({ admin }) =>
      admin.execute({ type: "key-rotate", id, secret, test }),
    );
    if (reply.type !== "key") return;
    if (output.json) return output.data({ keys: [keyData(reply.key)], notes: reply.notes });
    output.line(
      `${id} has a new key (${secretHint(reply.key.last4)})${test ? ", which its provider accepts" : ""}.`,
    );
    for (const note of reply.notes) output.note(note);
  });
  withExamples(
    command,
    "freellm keys rotate groq-1",
    "freellm keys rotate groq-1 --from-env NEW_GROQ_KEY",
    "pass show groq | freellm keys rotate groq-1 --no-test",
  );
}

async function newSecret(id: string, context: Context): Promise<string> {
  if (!context.interactive) return await context.readLine();
  const { password } = await import("@inquirer/prompts");
  return await password({ message: `New key for ${id}`, mask: "*" }, { output: process.stderr });
}
