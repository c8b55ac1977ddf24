import type { Command } from "commander";
import type { KeyView } from "../../core/command.ts";
import { usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { printKeys, secretHint } from "./view.ts";

export function defineReorder(keys: Command, context: Context): void {
  const command = keys
    .command("reorder")
    .description("Set the order in which keys are tried. Without ids, move them about by hand.")
    .argument("[id...]", "first to last; keys left out follow in their present order");
  withRemoteOptions(command).action(async (given: string[], options: RemoteOptions) => {
    const ids = given.length > 0 ? given : await arranged(context, options);
    const reply = await withConnection(connect(context, options), async ({ admin }) => {
      await admin.execute({ type: "keys-reorder", ids });
      return await admin.snapshot();
    });
    printKeys(context.output, reply.keys, reply.now);
  });
  withExamples(command, "freellm keys reorder", "freellm keys reorder mistral-1 groq-2 groq-1");
}

/** The order that the user makes by hand. The connection is not held meanwhile: others may want the lock. */
async function arranged(context: Context, options: RemoteOptions): Promise<string[]> {
  if (!context.interactive) {
    throw usageError("There is no terminal to move the keys in.", "Name them: freellm keys reorder ID...");
  }
  const { keys } = await withConnection(connect(context, options), ({ admin }) => admin.snapshot());
  if (keys.length === 0) throw usageError("There are no keys to move.", "Add one: freellm keys add");
  if (keys.length === 1)
    throw usageError("There is one key alone: nothing to move.", "See: freellm keys list");
  const { arrange } = await import("./arrange.ts");
  const entries = keys.map((key) => ({ value: key.id, name: entryName(key) }));
  return await arrange({ message: "Keys are tried from the top", entries }, { output: process.stderr });
}

function entryName({ id, label, last4 }: KeyView): string {
  return [id, label, last4 === null ? null : secretHint(last4)].filter((part) => part !== null).join("  ");
}
