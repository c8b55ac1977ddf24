import type { Command } from "commander";
import type { ModelView } from "../core/command.ts";
import { connect, withConnection } from "./connect.ts";
import type { Context } from "./context.ts";
import { duration, isoTime } from "./moment.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "./options.ts";
import type { Output } from "./output.ts";

interface ListOptions extends RemoteOptions {
  all?: true;
}

const STATE_COLUMN = 3;

export function define(command: Command, context: Context): void {
  command.description("List the models of your providers and choose which are used.");
  defineList(command, context);
  defineSwitch(command, context, "enable", "Use a model.");
  defineSwitch(command, context, "disable", "Leave a model out of every choice.");
  withExamples(command, "freellm models", "freellm models disable mistral/mistral-small-latest");
}

function defineList(models: Command, context: Context): void {
  const command = models
    .command("list", { isDefault: true })
    .alias("ls")
    .description("List the models in the order in which they are tried (the default).")
    .option("-a, --all", "also those of providers without a key; JSON always has them");
  withRemoteOptions(command).action(async (options: ListOptions) => {
    const { models, keys, now } = await withConnection(connect(context, options), ({ admin }) =>
      admin.snapshot(),
    );
    const { output } = context;
    if (output.json) return output.data({ models: models.map(modelData) });
    const keyed = new Set(keys.map((key) => key.provider));
    const shown = options.all ? models : models.filter((model) => keyed.has(model.provider));
    if (shown.length > 0) printModels(output, shown, now);
    const hidden = models.length - shown.length;
    if (keys.length === 0) output.note("there are no keys yet; add one: freellm keys add");
    if (hidden > 0)
      output.note(`${hidden} more belong to providers without a key: freellm models list --all`);
  });
  withExamples(command, "freellm models list", "freellm models list --all", "freellm models list --json");
}

function defineSwitch(
  models: Command,
  context: Context,
  name: "enable" | "disable",
  description: string,
): void {
  const command = models.command(name).description(description).argument("<id>", "as `models list` shows it");
  withRemoteOptions(command).action(async (model: string, options: RemoteOptions) => {
    const reply = await withConnection(connect(context, options), ({ admin }) =>
      admin.execute({ type: `model-${name}`, model }),
    );
    if (reply.type !== "model") return;
    if (context.output.json) context.output.data({ models: [modelData(reply.model)] });
    else context.output.line(`${reply.model.id} is ${name}d.`);
  });
  withExamples(command, `freellm models ${name} groq/openai/gpt-oss-120b`);
}

function modelData(model: ModelView): Record<string, unknown> {
  return { ...model, until: isoTime(model.until) };
}

function printModels(output: Output, models: readonly ModelView[], now: number): void {
  const rows = models.map((model) => [
    model.id,
    model.contextWindow === null ? "?" : String(model.contextWindow),
    abilities(model),
    model.enabled ? (model.available ? "ready" : "waiting") : "disabled",
    [model.reason, model.until === null ? null : `for ${duration(model.until - now)}`]
      .filter((part) => part !== null)
      .join(", "),
  ]);
  output.table(["ID", "CONTEXT", "CAN", "STATE", "WHY"], rows, (text, column) =>
    column === STATE_COLUMN ? output.paint[text === "ready" ? "green" : "yellow"](text) : text,
  );
}

function abilities({ capabilities }: ModelView): string {
  const { tools, vision, jsonSchema, reasoning } = capabilities;
  const names: [boolean, string][] = [
    [tools, "tools"],
    [vision, "vision"],
    [jsonSchema, "schema"],
    [reasoning, "reasoning"],
  ];
  return names.flatMap(([can, name]) => (can ? [name] : [])).join(" ");
}
