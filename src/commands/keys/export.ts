import { existsSync } from "node:fs";
import type { Command } from "commander";
import { CommandError, type EndpointView } from "../../core/command.ts";
import type { Providers } from "../../core/provider.ts";
import { splitAccount } from "../../core/serve/credential.ts";
import { writeAtomically } from "../../core/store/atomic.ts";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import { loadProviders } from "../open.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { random } from "../ports.ts";
import { quoted } from "./lines.ts";
import { type ClearKey, unsealed } from "./unseal.ts";

interface ExportOptions extends RemoteOptions {
  out?: string;
  yes?: boolean;
  reveal?: boolean;
}

export function defineExport(keys: Command, context: Context): void {
  const command = keys
    .command("export")
    .description("Write all keys in clear, as lines that `keys import` reads back.")
    .option("--out <file>", 'where to; it must not be there yet. "-" is stdout, also on a terminal')
    .option("-y, --yes", "do not ask; needs --reveal as well")
    .option("--reveal", "yes, in clear");
  withRemoteOptions(command).action(async (options: ExportOptions) => {
    const { output } = context;
    const { out } = options;
    if (out === undefined && process.stdout.isTTY === true) {
      throw usageError(
        "The keys would be readable on this screen.",
        "Name a file with --out FILE, or insist with --out -",
      );
    }
    const file = out === undefined || out === "-" ? null : out;
    if (file !== null && existsSync(file)) {
      throw new CommandError("file_exists", `${file} is there already.`, "Name another file, or remove it.");
    }
    if (!(await agreed(options, context))) return output.line("Nothing was written.");
    const { keys: found, endpoints } = await unsealed(context, options, null);
    const text = exportLines(found, endpoints, await loadProviders()).join("\n");
    const count = found.filter(({ secret }) => secret !== null).length;
    if (file === null) {
      if (output.json) output.data({ keys: found });
      else output.raw(`${text}\n`);
      return;
    }
    try {
      writeAtomically(file, `${text}\n`, random);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError("not_written", `${file} could not be written: ${reason}.`);
    }
    if (output.json) return output.data({ exports: [{ file, keys: count }] });
    output.line(`Wrote ${count} ${count === 1 ? "key" : "keys"} to ${file}, which only you can read.`);
    output.note("whoever reads this file can spend your quota: delete it when you are done.");
  });
  withExamples(
    command,
    "freellm keys export --out keys.env",
    "freellm keys export --yes --reveal | age -r RECIPIENT > keys.age",
  );
}

async function agreed({ yes, reveal }: ExportOptions, { interactive }: Context): Promise<boolean> {
  if (yes === true && reveal === true) return true;
  if (!interactive) {
    throw usageError("Keys in clear are given only by explicit word.", "Add --yes --reveal.");
  }
  const { input } = await import("@inquirer/prompts");
  const message = "All keys are written in clear. Type yes to go on";
  return (await input({ message }, { output: process.stderr })).trim().toLowerCase() === "yes";
}

/** Lines of a `.env` file: the usual name of each provider, numbered from its second key on. */
export function exportLines(
  keys: readonly ClearKey[],
  endpoints: readonly EndpointView[],
  providers: Providers,
): string[] {
  const counts = new Map<string, number>();
  let customs = 0;
  return keys.flatMap((key) => {
    const { id, provider, secret, label, account, baseUrl } = key;
    const more = (name: string): string[] => [
      ...(label === null ? [] : [line(`${name}_LABEL`, label)]),
      ...(account === id ? [] : [line(`${name}_ACCOUNT`, account)]),
    ];
    const endpoint = endpoints.find((candidate) => candidate.id === provider);
    if (endpoint) {
      const name = `CUSTOM_${++customs}`;
      return [
        `# ${id}`,
        line(`${name}_NAME`, endpoint.name),
        line(`${name}_BASE_URL`, endpoint.baseUrl),
        ...(secret === null ? [] : [line(`${name}_KEY`, secret)]),
        ...(endpoint.models.length === 0 ? [] : [line(`${name}_MODELS`, endpoint.models.join(","))]),
        ...more(name),
      ];
    }
    const spec = providers.find(provider);
    const [plain] = spec?.environment ?? [];
    if (secret === null || spec === undefined || plain === undefined) {
      return [`# ${id} has no key: freellm keys add ${provider} --keyless`];
    }
    const number = (counts.get(provider) ?? 0) + 1;
    counts.set(provider, number);
    const suffix = number === 1 ? "" : `_${number}`;
    const name = `${plain}${suffix}`;
    const parts = spec.credential === "account_and_token" ? splitAccount(secret) : null;
    const [accountName] = spec.accountEnvironment;
    const secretLines =
      parts === null || accountName === undefined
        ? [line(name, secret)]
        : [line(`${accountName}${suffix}`, parts.account), line(name, parts.token)];
    const url = baseUrl === null ? [] : [line(`${name}_BASE_URL`, baseUrl)];
    return [`# ${id}`, ...secretLines, ...url, ...more(name)];
  });
}

function line(name: string, value: string): string {
  return `${name}=${quoted(value)}`;
}
