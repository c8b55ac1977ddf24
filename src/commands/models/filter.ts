/** Which models `models list` shows. */
import { type Command, Option } from "commander";
import type { ModelView } from "../../core/command.ts";
import { collect, type RemoteOptions } from "../options.ts";

export interface ListOptions extends RemoteOptions {
  provider?: string[];
  family?: string[];
  free?: true;
  enabled?: true;
  available?: true;
  tools?: true;
  vision?: true;
  jsonSchema?: true;
  reasoning?: true;
  status?: ModelView["status"];
  dataUse?: ModelView["dataUse"];
  search?: string;
  all?: true;
}

const STATUSES: readonly ModelView["status"][] = [
  "active",
  "promo",
  "unverified",
  "gated",
  "retired",
  "unknown",
];
const DATA_USES: readonly ModelView["dataUse"][] = ["no_training", "may_train", "unknown"];

export function withFilters(command: Command): Command {
  return command
    .option("-p, --provider <id>", "of this provider; may be repeated", collect)
    .option("-f, --family <name>", "of this family; may be repeated", collect)
    .option("--free", "known to be free")
    .option("--enabled", "switched on")
    .option("--available", "would answer now")
    .option("--tools", "take tools")
    .option("--vision", "take images")
    .option("--json-schema", "answer in a JSON schema")
    .option("--reasoning", "reason")
    .addOption(new Option("--status <status>", "of this status").choices(STATUSES))
    .addOption(new Option("--data-use <use>", "by what the provider does with prompts").choices(DATA_USES))
    .option("-s, --search <text>", "with this text in id, name or family")
    .option("-a, --all", "also those without a key, retired, or found at the provider and not in use");
}

/** A question about particular models is answered also where there is no key, or where they are out of use. */
export function isShown(model: ModelView, options: ListOptions, keyed: ReadonlySet<string>): boolean {
  return matches(model, options) && (options.all === true || isInView(model, options, keyed));
}

function isInView(model: ModelView, options: ListOptions, keyed: ReadonlySet<string>): boolean {
  const { provider, family, search, status } = options;
  if (search !== undefined || status !== undefined) return true;
  // What the user once chose and is gone is asked for by `--all`.
  if (model.order === 0) return false;
  return provider !== undefined || family !== undefined || keyed.has(model.provider);
}

export function matches(model: ModelView, options: ListOptions): boolean {
  const { capabilities } = model;
  const wanted: [unknown, boolean][] = [
    [options.provider, options.provider?.includes(model.provider) === true],
    [options.family, options.family?.includes(model.family) === true],
    [options.free, model.free],
    [options.enabled, model.enabled],
    [options.available, model.available],
    [options.tools, capabilities.tools],
    [options.vision, capabilities.vision],
    [options.jsonSchema, capabilities.jsonSchema],
    [options.reasoning, capabilities.reasoning],
    [options.status, model.status === options.status],
    [options.dataUse, model.dataUse === options.dataUse],
    [options.search, includesText(model, options.search ?? "")],
  ];
  return wanted.every(([option, holds]) => option === undefined || holds);
}

function includesText({ id, name, family }: ModelView, text: string): boolean {
  return [id, name, family].some((field) => field.toLowerCase().includes(text.toLowerCase()));
}
