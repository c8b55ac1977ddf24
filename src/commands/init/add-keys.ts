/** The part of the wizard that takes keys, one after the other. */
import { password } from "@inquirer/prompts";
import { CommandError, type KeyView } from "../../core/command.ts";
import type { Providers } from "../../core/provider.ts";
import { complaintOf } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { ask } from "../keys/add-questions.ts";
import { readPasted } from "../keys/secret.ts";
import { secretHint } from "../keys/view.ts";

/** Until an empty answer. Each key is tested, and kept unless its provider refuses it. */
export async function addKeys(context: Context, providers: Providers): Promise<void> {
  const { output } = context;
  for (let count = 0; ; count++) {
    const message = count === 0 ? "Paste a key (empty: go on without)" : "Another one (empty: go on)";
    const text = await password({ message, mask: "*" }, { output: process.stderr });
    const pasted = readPasted(text, providers);
    if (pasted.secret === "") return;
    try {
      const { keys } = await snapshot(context);
      // A label can be given later; the questions are few on purpose.
      const { label: _, ...addition } = await ask({
        ...{ provider: undefined, given: pasted, options: { label: "" }, providers, keys, context },
      });
      output.progress("Asking the provider ...");
      const reply = await withConnection(connect(context, {}), ({ admin }) => admin.execute(addition));
      output.progress("");
      if (reply.type !== "key") continue;
      output.line(`Added ${reply.key.id} (key ${secretHint(reply.key.last4)}).`);
      for (const note of reply.notes) output.note(note);
    } catch (error) {
      output.progress("");
      // One bad key is no reason to begin again.
      if (!(error instanceof CommandError)) throw error;
      output.complain(complaintOf(error, "freellm init").complaint);
    }
  }
}

export async function snapshot(context: Context): Promise<{ keys: readonly KeyView[] }> {
  return await withConnection(connect(context, {}), ({ admin }) => admin.snapshot());
}
