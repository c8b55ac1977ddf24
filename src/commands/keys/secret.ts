/** Where a secret comes from: an option, a variable, a pasted text; and whose it is. */
import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import type { ProviderSpec, Providers } from "../../core/provider.ts";
import { splitAccount } from "../../core/serve/credential.ts";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import { knownProviders, type SecretOptions } from "./addition.ts";
import { providerNamed, withAccount } from "./found.ts";
import { readLines } from "./lines.ts";
import { secretHint } from "./view.ts";

export function withSecretOptions(command: Command): Command {
  return command
    .option("--from-env <name>", "take the key from this environment variable")
    .option("--key <value>", "the key itself; others can see it in the process list and the shell history")
    .option("--account-id <id>", "where a key is an account id and a token: the account id")
    .option("--test", "ask the provider first and keep no key that it refuses (the default on a terminal)")
    .option("--no-test", "keep the key without asking");
}

/** A text that was given as a key. */
export interface Pasted {
  secret: string;
  /** What the name in front of it, or of its variable, says. */
  provider: string | null;
}

/** A key, or a line `NAME=value` with one. */
export function readPasted(text: string, providers: Providers): Pasted {
  const [line] = readLines(text);
  if (line === undefined || line.name === null) return { secret: text.trim(), provider: null };
  if (line.error !== null) throw usageError(`${line.name} cannot be read: ${line.error}.`);
  return { secret: line.value, provider: providerNamed(providers, line.name)?.provider.id ?? null };
}

/** By `--key` or `--from-env`; undefined when neither is given. Throws a usage error. */
export function secretOption(
  options: SecretOptions,
  { environment, output }: Context,
  providers: Providers,
): Pasted | undefined {
  if (typeof options.key === "string") {
    output.warn("a key on the command line shows in the process list and in the history of the shell.");
    return readPasted(options.key, providers);
  }
  const { fromEnv } = options;
  if (fromEnv === undefined) return undefined;
  const secret = environment[fromEnv]?.trim();
  if (!secret) throw usageError(`The environment variable ${fromEnv} is not set.`);
  return { secret, provider: providerNamed(providers, fromEnv)?.provider.id ?? null };
}

/** Puts the account id in front of a token, where the provider wants one. Throws a usage error. */
export function withAccountId(
  spec: ProviderSpec | undefined,
  secret: string,
  { accountId, fromEnv }: SecretOptions,
  { environment }: Pick<Context, "environment">,
): string {
  if (spec?.credential !== "account_and_token") {
    if (accountId === undefined) return secret;
    throw usageError("--account-id is for keys that are an account id and a token.");
  }
  if (accountId !== undefined) {
    const token = splitAccount(secret)?.token ?? secret;
    if (splitAccount(`${accountId}:${token}`) !== null) return `${accountId}:${token}`;
    throw usageError(`"${accountId}" is not an account id of ${spec.name}.`, "It has 32 hexadecimal digits.");
  }
  return fromEnv === undefined ? secret : withAccount(spec, secret, (name) => environment[name]);
}

/** The provider of a key that nobody named. `source` is how the key came in: the commands in the hint repeat it. Throws a usage error. */
export function ownerOf(
  providers: Providers,
  { secret, provider }: Pasted,
  { fromEnv }: SecretOptions,
): string {
  if (provider !== null) return provider;
  const recognised = providers.recognise(secret);
  switch (recognised.kind) {
    case "certain":
      return recognised.provider.id;
    case "refused":
      throw refusedError(recognised.why);
    case "ambiguous": {
      const { candidates } = recognised;
      const rest = fromEnv === undefined ? "" : ` --from-env ${fromEnv}`;
      throw usageError(
        `The key ${secretHint(secret.slice(-4))} may belong to ${listed(candidates.map(({ name }) => name))}. It was sent to nobody.`,
        ["Say which:", ...candidates.map(({ id }) => `  freellm keys add ${id}${rest}`)].join("\n"),
      );
    }
    case "unknown":
      throw usageError(
        secret === ""
          ? "Which provider is it?"
          : "No provider is known whose keys look like this one. It was sent to nobody.",
        `Name it: freellm keys add PROVIDER. ${knownProviders(providers)}`,
      );
  }
}

function refusedError(reason: string): CommandError {
  return new CommandError("key_refused", reason, "Nothing was added.");
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
