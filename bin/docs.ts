/**
 * Writes `docs/providers.md` from the data of the providers, and `docs/config.schema.json` from the table of settings. Run
 * by bun: `npm run docs`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsJsonSchema } from "../src/core/config/json-schema.ts";
import type { LimitSpec, ModelSpec, ProviderSpec } from "../src/core/provider.ts";
import { providers } from "../src/providers/index.ts";

const WINDOWS: Readonly<Record<LimitSpec["window"], string>> = {
  second: "second",
  minute: "minute",
  hour: "hour",
  five_hours: "5 hours",
  day: "day",
  week: "week",
  month: "month",
};
const METRICS: Readonly<Record<LimitSpec["metric"], string>> = {
  requests: "requests",
  tokens: "tokens",
  input_tokens: "prompt tokens",
  units: "units",
  concurrency: "at a time",
};
const DATA_USE: Readonly<Record<ProviderSpec["dataUse"], string>> = {
  no_training: "says that it does not train on it",
  may_train: "may train on it",
  unknown: "not known",
};

/** The page as it must stand in the repository. */
export function providersPage(all: readonly ProviderSpec[]): string {
  return `${[
    "# Providers",
    "",
    "Made by `npm run docs` from `src/providers`: change the data there, not this page. Free tiers change monthly, so numbers are",
    "what was published at the date beside them; freellm learns the true limits from replies and usage endpoints. How to add one:",
    "[adding-a-provider.md](adding-a-provider.md).",
    "",
    "- **Status.** `active`: free and open to all. `limited`: free with a catch. `paid`: nothing is free for you unasked, so its models start",
    "  disabled. `retired`: gone, kept to explain its keys. Of the models, those that are `active` or `promo` start enabled.",
    "- **Abilities.** T tools, V images, J JSON schema, R reasoning.",
    "- **Reset.** Windows slide unless another reset is named: `UTC` ends with the calendar there, `refill` flows back bit by bit.",
    "- **Shape of a key.** `prefix...` names the provider at once; a shape without a prefix may belong to others, too, so you are asked.",
    "- **Not here.** Jina has no chat models. Poolside and ZenMux have free models, but their addresses, keys and errors are not known well",
    "  enough to promise anything: add them as endpoints of your own, with `freellm keys add custom`.",
    "",
    ...overview(all),
    "",
    ...all.flatMap(section),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

/** The JSON schema of config.toml as it must stand in the repository. */
export function configSchema(): string {
  return `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;
}

function overview(all: readonly ProviderSpec[]): string[] {
  const rows = all.map((provider) => [
    `[${code(provider.id)}](#${provider.id})`,
    provider.status,
    wire(provider),
    keyShapes(provider),
    [...provider.environment, ...provider.accountEnvironment].map(code).join(" "),
    sharedLimits(provider),
    abilities(provider),
    provider.terms ?? "not known",
    source(provider),
  ]);
  return table(
    ["Provider", "Status", "Wire", "Shape of a key", "Environment", "Limits", "Models", "Terms", "Source"],
    rows,
  );
}

function section(provider: ProviderSpec): string[] {
  const lines = [
    `## ${provider.id}`,
    "",
    `**${provider.name}**, ${provider.status}. ${provider.statusNote ?? ""}`.trimEnd(),
  ];
  const facts = [
    `API: ${code(provider.baseUrl)}${provider.otherBaseUrls.map((url) => ` or ${code(url)}`).join("")}`,
    ...(provider.signUpUrl === null ? [] : [`Keys: <${provider.signUpUrl}>`]),
    ...(provider.docsUrl === null ? [] : [`Documentation: <${provider.docsUrl}>`]),
    ...(provider.anonymous ? [`Works without a key: \`freellm keys add ${provider.id} --no-key\``] : []),
    `What you send: ${DATA_USE[provider.dataUse]}`,
    ...usageFact(provider),
    ...(provider.modelsPath === null
      ? ["It has no list of its models that `freellm models refresh` could ask for."]
      : []),
  ];
  lines.push("", ...facts.map((fact) => `- ${fact}`), "");
  if (provider.models.length === 0) return [...lines, "No models are built in.", ""];
  const rows = provider.models.map((model) => [
    code(model.id),
    model.family,
    model.status,
    size(model.contextWindow),
    size(model.maxOutputTokens),
    abilitiesOf(model),
    model.intelligence === null ? "" : String(model.intelligence),
    limitsText(model.limits),
    `${model.source}, ${model.asOf}`,
  ]);
  const head = ["Model", "Family", "Status", "Context", "Output", "Abilities", "Score", "Limits", "Source"];
  return [...lines, ...table(head, rows), ""];
}

function usageFact({ usage }: ProviderSpec): string[] {
  if (usage === undefined) return [];
  const told = [
    ...new Set(usage.limits.map(({ metric, window }) => `${METRICS[metric]}/${WINDOWS[window]}`)),
  ];
  const place = code(`${usage.host ?? ""}${usage.path}`);
  return [
    `Tells what an account has used, here and elsewhere (${told.join(", ")}): asked at ${place} every ${usage.everyMs / 60_000} minutes at most`,
  ];
}

function wire(provider: ProviderSpec): string {
  return provider.anonymous ? `${provider.dialect}, also without a key` : provider.dialect;
}

function keyShapes({ keyPrefixes, keyPattern, credential }: ProviderSpec): string {
  const shapes = keyPrefixes.length > 0 ? keyPrefixes.map((prefix) => code(`${prefix}...`)) : [];
  if (shapes.length === 0 && keyPattern !== null) shapes.push(code(keyPattern));
  if (credential === "account_and_token") shapes.unshift(code("<account id>:<token>"));
  return shapes.length === 0 ? "any" : shapes.join(" ");
}

/** The limits that most of its models have. */
function sharedLimits(provider: ProviderSpec): string {
  const usable = provider.models.filter(({ status }) => status !== "retired");
  const counts = new Map<string, number>();
  for (const { limits } of usable.length > 0 ? usable : provider.models) {
    const text = limitsText(limits);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [most = ""] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
  return most === "" ? "not published" : `${most}${counts.size > 1 ? "; others differ" : ""}`;
}

function amount({ metric, window, cap, pool }: LimitSpec): string {
  if (metric === "concurrency") return `${count(cap)} ${METRICS[metric]}`;
  const counted = pool === "neurons" ? pool : METRICS[metric];
  return `${count(cap)} ${cap === 1 ? counted.replace(/s$/, "") : counted}/${WINDOWS[window]}`;
}

function limitsText(limits: readonly LimitSpec[]): string {
  return limits
    .map((limit) => {
      const { scope, pool, reset, source } = limit;
      const details = [
        scope === "account" ? "" : scope === "ip" ? "of an address" : "of a key",
        pool === null ? "" : "shared",
        reset === "sliding" ? "" : reset === "refill" ? "refill" : reset.zone,
        source === "guessed" ? "guessed" : "",
      ].filter((detail) => detail !== "");
      return details.length === 0 ? amount(limit) : `${amount(limit)} (${details.join(", ")})`;
    })
    .join("; ");
}

/** How many models there are, and how many of those that start enabled have which ability. */
function abilities({ models }: ProviderSpec): string {
  const live = models.filter(({ status }) => status !== "retired");
  if (live.length === 0) return models.length === 0 ? "by refresh" : "none left";
  const having = (["T", "V", "J", "R"] as const)
    .map((letter) => [letter, live.filter((model) => abilitiesOf(model).includes(letter)).length] as const)
    .filter(([, number]) => number > 0)
    .map(([letter, number]) => `${letter} ${number}`);
  return [String(live.length), ...having].join(", ");
}

function abilitiesOf({ capabilities: { tools, vision, jsonSchema, reasoning } }: ModelSpec): string {
  return `${tools ? "T" : ""}${vision ? "V" : ""}${jsonSchema ? "J" : ""}${reasoning ? "R" : ""}`;
}

function source(provider: ProviderSpec): string {
  const shown = provider.source.startsWith("https://") ? `<${provider.source}>` : provider.source;
  return `${shown}, ${provider.asOf}`;
}

function size(tokens: number | null): string {
  return tokens === null ? "" : count(tokens);
}

/** Thousands with commas, whatever the machine's language. */
function count(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, "../docs/providers.md"), providersPage(providers.all()));
  writeFileSync(join(import.meta.dirname, "../docs/config.schema.json"), configSchema());
}
