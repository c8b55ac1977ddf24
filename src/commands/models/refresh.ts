import type { Command } from "commander";
import type { RefreshView } from "../../core/command.ts";
import { EXIT_FAILED } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { type ApplyOptions, checkApply, isAgreed, printChanges } from "./changes.ts";

interface RefreshOptions extends RemoteOptions, ApplyOptions {}

export function defineRefresh(models: Command, context: Context): void {
  const command = models
    .command("refresh")
    .description(
      "Ask providers for their own lists of models, show what has changed, and take it over. What is new at a provider stays off unless its list proves it free; what a list no longer has is no longer used. Exit code 1 when one could not be asked.",
    )
    .argument("[provider]", "one provider; without it, all that have a key")
    .option("-y, --yes", "apply without asking")
    .option("-n, --dry-run", "only show");
  withRemoteOptions(command).action(async (provider: string | undefined, options: RefreshOptions) => {
    checkApply(options, context);
    const { output } = context;
    const ask = async (apply: boolean): Promise<RefreshView[]> => {
      const wish = { type: "models-refresh", provider: provider ?? null, apply } as const;
      const reply = await withConnection(connect(context, options), ({ admin }) => admin.execute(wish));
      return reply.type === "refreshed" ? reply.refreshes : [];
    };
    // Scripts need no second look.
    let refreshes = await ask(options.yes === true);
    if (!output.json) print(context, refreshes);
    const changed = refreshes.some(({ changes }) => changes.length > 0);
    if (options.yes !== true && options.dryRun !== true && changed && (await isAgreed(options))) {
      refreshes = await ask(true);
    }
    if (output.json) output.data({ refreshes });
    else if (changed) {
      output.line(refreshes.some(({ applied }) => applied) ? "Applied." : "Nothing was changed.");
    }
    if (refreshes.some(({ error }) => error !== null)) output.exitCode = EXIT_FAILED;
  });
  withExamples(
    command,
    "freellm models refresh",
    "freellm models refresh openrouter --dry-run",
    "freellm models refresh --yes --json",
  );
}

function print({ output }: Context, refreshes: readonly RefreshView[]): void {
  for (const { provider, listed, error, changes } of refreshes) {
    if (error !== null) {
      output.warn(`${provider} could not be asked: ${error}.`);
      continue;
    }
    const what = changes.length === 0 ? "no changes" : `${changes.length} changed`;
    output.line(
      `${output.paint.bold(provider)}: ${listed} ${listed === 1 ? "model" : "models"} listed, ${what}`,
    );
    printChanges(output, changes);
  }
}
