import type { Command } from "commander";
import { usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { NAMING } from "./switch.ts";
import { modelData, printModels } from "./view.ts";

export function defineReorder(models: Command, context: Context): void {
  const command = models
    .command("reorder")
    .description("Set the order in which models are tried. Without ids, move them about by hand.")
    .argument("[models...]", `first to last; those left out follow in their present order; ${NAMING}`);
  withRemoteOptions(command).action(async (given: string[], options: RemoteOptions) => {
    const models = given.length > 0 ? given : await arranged(context, options);
    const {
      keys,
      models: ordered,
      now,
    } = await withConnection(connect(context, options), async ({ admin }) => {
      await admin.execute({ type: "models-reorder", models });
      return await admin.snapshot();
    });
    const { output } = context;
    if (output.json) return output.data({ models: ordered.map(modelData) });
    const keyed = new Set(keys.map(({ provider }) => provider));
    printModels(
      output,
      ordered.filter(({ provider }) => keyed.has(provider)),
      now,
    );
  });
  withExamples(
    command,
    "freellm models reorder",
    "freellm models reorder groq/openai/gpt-oss-120b 'mistral/*'",
  );
}

/** The order that the user makes by hand. The connection is not held meanwhile: others may want the lock. */
async function arranged(context: Context, options: RemoteOptions): Promise<string[]> {
  if (!context.interactive) {
    throw usageError(
      "There is no terminal to move the models in.",
      "Name them: freellm models reorder ID...",
    );
  }
  const { keys, models } = await withConnection(connect(context, options), ({ admin }) => admin.snapshot());
  const keyed = new Set(keys.map(({ provider }) => provider));
  const entries = models
    .filter(({ enabled, provider }) => enabled && keyed.has(provider))
    .map(({ id }) => ({ value: id, name: id }));
  if (entries.length === 0) throw usageError("There are no models to move.", "Add a key: freellm keys add");
  const { arrange } = await import("../keys/arrange.ts");
  return await arrange({ message: "Models are tried from the top", entries }, { output: process.stderr });
}
