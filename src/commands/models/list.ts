import type { Command } from "commander";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { withExamples, withRemoteOptions } from "../options.ts";
import { isShown, type ListOptions, matches, withFilters } from "./filter.ts";
import { LEGEND, modelData, printModels } from "./view.ts";

export function defineList(models: Command, context: Context): void {
  const command = models
    .command("list", { isDefault: true })
    .alias("ls")
    .description(
      "List the models in the order in which they are tried (the default). Of providers that you have a key for; JSON has all that fit.",
    )
    .addHelpText("after", LEGEND);
  withRemoteOptions(withFilters(command)).action(async (options: ListOptions) => {
    const [models, { keys, now }] = await withConnection(connect(context, options), async ({ admin }) => {
      const reply = await admin.execute({ type: "models-list" });
      return [reply.type === "models" ? reply.models : [], await admin.snapshot()] as const;
    });
    const { output } = context;
    const fitting = models.filter((model) => matches(model, options));
    if (output.json) return output.data({ models: fitting.map(modelData) });
    const keyed = new Set(keys.map((key) => key.provider));
    const shown = fitting.filter((model) => isShown(model, options, keyed));
    if (shown.length > 0) printModels(output, shown, now);
    else if (keys.length > 0 || fitting.length === 0) output.line("No model fits.");
    else output.line("No model has a key yet. Add one: freellm keys add");
    const hidden = fitting.length - shown.length;
    if (keys.length === 0 && shown.length > 0)
      output.note("there are no keys yet; add one: freellm keys add");
    if (hidden > 0) output.note(`${hidden} more have no key or are not in use: freellm models list --all`);
  });
  withExamples(
    command,
    "freellm models list",
    "freellm models list --free --tools --data-use no_training",
    "freellm models list --search gpt-oss",
    "freellm models list --provider openrouter --all",
    "freellm models list --json",
  );
}
