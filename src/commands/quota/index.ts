import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { collect, type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { outlookData, quotaData, quotasIn, type ShownQuota } from "./rows.ts";
import { LEGEND, printFree, printNotes, printQuotas } from "./view.ts";

interface QuotaOptions extends RemoteOptions {
  provider?: string[];
  model?: string[];
  all?: true;
}

export function define(command: Command, context: Context): void {
  command
    .description("Show what is used of each limit, what is left, when it is reset and when it runs dry.")
    .option("-p, --provider <id>", "of this provider; may be repeated", collect)
    .option("-m, --model <model>", "of this model, or with this text in its id; may be repeated", collect)
    .option("-a, --all", "also limits of which nothing is used; JSON has them in any case")
    .addHelpText("after", LEGEND);
  withRemoteOptions(command).action(async (options: QuotaOptions) => {
    const snapshot = await withConnection(connect(context, options), ({ admin }) => admin.snapshot());
    const { output } = context;
    const { provider, model } = options;
    for (const id of provider ?? []) {
      if (snapshot.models.some((known) => known.provider === id)) continue;
      if (snapshot.keys.some((key) => key.provider === id)) continue;
      throw new CommandError("unknown_provider", `There is no provider "${id}".`, "See: freellm keys list");
    }
    const fitting = quotasIn(snapshot).filter(
      (quota) =>
        (provider === undefined || provider.includes(quota.provider)) &&
        (model === undefined || model.some((name) => concerns(quota, name))),
    );
    if (output.json) {
      return output.data({ quotas: fitting.map(quotaData), ...outlookData(snapshot) });
    }
    const isFiltered = provider !== undefined || model !== undefined;
    const shown = fitting.filter(({ used }) => options.all === true || isFiltered || used > 0);
    if (shown.length > 0) printQuotas(output, shown, snapshot.now);
    else
      output.line(
        snapshot.keys.length === 0
          ? "There are no keys yet. Add one: freellm keys add"
          : "Nothing is used of any limit.",
      );
    if (!isFiltered) printFree(output, snapshot);
    printNotes(output, snapshot, fitting.length - shown.length);
  });
  withExamples(
    command,
    "freellm quota",
    "freellm quota --provider groq",
    "freellm quota --model gpt-oss-120b --all",
    "freellm quota --json",
  );
}

/** Limits of a pool of models concern all of them. */
function concerns({ model, models }: ShownQuota, name: string): boolean {
  const wanted = name.toLowerCase();
  return [model ?? "", ...models].some((id) => id.toLowerCase().includes(wanted));
}
