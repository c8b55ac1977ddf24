/** `models enable`, `models disable` and `models reset`. */
import type { Command } from "commander";
import { CommandError, type ModelView, type Command as Wish } from "../../core/command.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { modelData } from "./view.ts";

type Switch = Extract<Wish, { type: "models-switch" }>;

interface EnableOptions extends RemoteOptions {
  yes?: true;
}

/** How models are named on the command line. */
export const NAMING = 'ids as `models list` shows them, a provider, a family, or a pattern like "nvidia/*"';

export function defineEnable(models: Command, context: Context): void {
  const command = models
    .command("enable")
    .description("Use models. Where their calls may cost money, that is asked first.")
    .argument("<models...>", NAMING)
    .option("-y, --yes", "also where calls may cost money");
  withRemoteOptions(command).action(async (words: string[], options: EnableOptions) => {
    const wish: Switch = { type: "models-switch", models: words, enabled: true };
    const mayCost = options.yes === true;
    const enabled = await carryOut(context, options, { ...wish, mayCost }).catch(async (error: unknown) => {
      if (!(error instanceof CommandError && error.code === "may_cost" && context.interactive)) throw error;
      const { confirm } = await import("@inquirer/prompts");
      const question = { message: `${error.message} Use them all the same?`, default: false };
      if (!(await confirm(question, { output: process.stderr }))) return null;
      return await carryOut(context, options, { ...wish, mayCost: true });
    });
    if (enabled === null) context.output.line("Nothing was changed.");
    else report(context, enabled, "enabled");
  });
  withExamples(
    command,
    "freellm models enable groq/openai/gpt-oss-120b",
    "freellm models enable 'openrouter/qwen/*'",
  );
}

export function defineDisable(models: Command, context: Context): void {
  const command = models
    .command("disable")
    .description("Leave models out of every choice.")
    .argument("<models...>", NAMING);
  withRemoteOptions(command).action(async (words: string[], options: RemoteOptions) => {
    const wish: Switch = { type: "models-switch", models: words, enabled: false };
    report(context, await carryOut(context, options, wish), "disabled");
  });
  withExamples(
    command,
    "freellm models disable mistral/mistral-small-latest",
    "freellm models disable 'nvidia/*'",
  );
}

export function defineReset(models: Command, context: Context): void {
  const command = models
    .command("reset")
    .description(
      "Forget that models were enabled or disabled: whether they are used is left to the catalogue again.",
    )
    .argument("<models...>", NAMING);
  withRemoteOptions(command).action(async (words: string[], options: RemoteOptions) => {
    const wish: Switch = { type: "models-switch", models: words, enabled: null };
    report(context, await carryOut(context, options, wish), "as the catalogue has it");
  });
  withExamples(command, "freellm models reset groq/openai/gpt-oss-120b", "freellm models reset nvidia");
}

async function carryOut(context: Context, options: RemoteOptions, wish: Switch): Promise<ModelView[]> {
  const reply = await withConnection(connect(context, options), ({ admin }) => admin.execute(wish));
  return reply.type === "models" ? reply.models : [];
}

function report({ output }: Context, models: readonly ModelView[], state: string): void {
  if (output.json) output.data({ models: models.map(modelData) });
  else for (const { id } of models) output.line(`${id} is ${state}.`);
}
