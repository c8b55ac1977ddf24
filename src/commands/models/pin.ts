/** `models pin` and `models unpin`. */
import type { Command } from "commander";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { NAMING } from "./switch.ts";
import { modelData } from "./view.ts";

export function definePin(models: Command, context: Context): void {
  definePinning(models, context, {
    name: "pin",
    description: "Try models before all others, until they are unpinned. The one pinned last goes first.",
    pinned: true,
  });
}

export function defineUnpin(models: Command, context: Context): void {
  definePinning(models, context, {
    name: "unpin",
    description: "Put pinned models back to their place in the order.",
    pinned: false,
  });
}

function definePinning(
  models: Command,
  context: Context,
  { name, description, pinned }: { name: string; description: string; pinned: boolean },
): void {
  const command = models.command(name).description(description).argument("<models...>", NAMING);
  withRemoteOptions(command).action(async (words: string[], options: RemoteOptions) => {
    const reply = await withConnection(connect(context, options), ({ admin }) =>
      admin.execute({ type: "models-pin", models: words, pinned }),
    );
    if (reply.type !== "models") return;
    const { output } = context;
    const first = reply.models.filter((model) => model.pinned);
    if (output.json) return output.data({ models: first.map(modelData) });
    if (first.length === 0) output.line("No model is pinned.");
    for (const { id } of first) output.line(`${id} is pinned.`);
  });
  withExamples(command, `freellm models ${name} groq/openai/gpt-oss-120b`);
}
