/** The command that adds a key, from what the options and the answers say. */
import type { Command } from "../../core/command.ts";
import type { Providers } from "../../core/provider.ts";
import { usageError } from "../complaint.ts";
import type { RemoteOptions } from "../options.ts";
import { similar } from "../similar.ts";

export const CUSTOM = "custom";

/** Where a secret comes from. */
export interface SecretOptions extends RemoteOptions {
  /** false by `--no-key`. */
  key?: string | false;
  fromEnv?: string;
  accountId?: string;
  /** false by `--no-test`; undefined when nothing was said. */
  test?: boolean;
}

export interface ProxyOptions {
  proxy?: string;
  proxyFromEnv?: string;
}

export interface AddOptions extends SecretOptions, ProxyOptions {
  keyless?: boolean;
  yes?: boolean;
  label?: string;
  account?: string;
  baseUrl?: string;
  name?: string;
  model?: string[];
  context?: number;
  rpm?: number;
  rpd?: number;
  tpm?: number;
  tpd?: number;
  concurrency?: number;
}

export type KeyAddition = Extract<Command, { type: "key-add" }>;

export const LIMITS = ["rpm", "rpd", "tpm", "tpd", "concurrency"] as const;

/** All that a key can be of. `asked`: a name that none has, for what may have been meant by it. */
export function knownProviders(providers: Providers, asked = ""): string {
  const usable = providers.all().filter(({ status }) => status !== "retired");
  const ids = usable.map(({ id }) => id).sort();
  const meant = similar(asked, ids);
  const all = `Providers: ${ids.join(", ")}; or ${CUSTOM}, for any other endpoint.`;
  return meant === null ? all : `Did you mean: freellm keys add ${meant}\n${all}`;
}

/** Throws a usage error where something is missing. */
export function addition(
  provider: string,
  secret: string | null,
  options: AddOptions,
  providers: Providers,
): KeyAddition {
  const spec = providers.find(provider);
  if (provider === CUSTOM && options.baseUrl === undefined) {
    throw usageError("An endpoint of your own needs its address.", "Give it with --base-url.");
  }
  if (spec !== undefined && spec.status !== "retired" && secret === null && !spec.anonymous) {
    throw usageError(`${spec.name} needs a key.`, "Pipe it in, or name a variable with --from-env.");
  }
  const limits = Object.fromEntries(
    LIMITS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  return {
    type: "key-add",
    provider,
    secret,
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(options.account === undefined ? {} : { account: options.account }),
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.model === undefined ? {} : { models: options.model }),
    ...(options.context === undefined ? {} : { context: options.context }),
    ...(options.test === undefined ? {} : { test: options.test }),
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}
