/** The questions of `keys add`, on a terminal. What the options say already is not asked. They go to stderr: stdout is for the result. */
import { input, password, select } from "@inquirer/prompts";
import type { KeyView } from "../../core/command.ts";
import type { ProviderSpec, Providers } from "../../core/provider.ts";
import { splitAccount } from "../../core/serve/credential.ts";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import { type AddOptions, addition, CUSTOM, type KeyAddition, knownProviders } from "./addition.ts";
import { ownerOf, type Pasted, readPasted, withAccountId } from "./secret.ts";

export interface Questions {
  provider: string | undefined;
  /** By an option; else it is asked for. */
  given: Pasted | undefined;
  options: AddOptions;
  providers: Providers;
  /** The keys that there are. */
  keys: readonly KeyView[];
  context: Context;
}

const PAGE_SIZE = 15;
const terminal = { output: process.stderr };

export async function ask(questions: Questions): Promise<KeyAddition> {
  const { options, providers, keys, context } = questions;
  const { chosen, pasted } = await whose(questions);
  const spec = providers.find(chosen);
  const complete = chosen === CUSTOM ? await askEndpoint(options, keys) : options;
  if (spec?.signUpUrl && pasted === null) context.output.note(`Keys of ${spec.name}: ${spec.signUpUrl}`);
  const text = pasted ?? (await askSecret(spec));
  const read = text === null ? null : readPasted(text, providers).secret;
  const secret = read === null ? null : await askAccountId(spec, withAccountId(spec, read, options, context));
  const siblings = keys.filter((key) =>
    chosen === CUSTOM ? sameAddress(key, complete.baseUrl) : key.provider === chosen,
  );
  const account = complete.account ?? (await askAccount(siblings));
  const label = complete.label ?? (await input({ message: "Label (optional)" }, terminal)).trim();
  return addition(
    chosen,
    secret,
    {
      ...complete,
      test: complete.test ?? true,
      ...(account === undefined ? {} : { account }),
      ...(label === "" ? {} : { label }),
    },
    providers,
  );
}

/** Whose key it is, and the key where it had to be seen to know. */
async function whose({ provider, given, options, providers, keys }: Questions): Promise<{
  chosen: string;
  pasted: string | null;
}> {
  if (provider !== undefined) {
    const known = providers.find(provider) !== undefined || provider === CUSTOM;
    if (!known && !keys.some((key) => key.provider === provider)) {
      throw usageError(`There is no provider "${provider}".`, knownProviders(providers, provider));
    }
    return { chosen: provider, pasted: given?.secret ?? null };
  }
  const pasted = given ?? readPasted(await askAnyKey(), providers);
  if (pasted.secret === "") return { chosen: await askProvider(providers.all()), pasted: null };
  const recognised = providers.recognise(pasted.secret);
  if (pasted.provider !== null || recognised.kind === "certain" || recognised.kind === "refused") {
    return { chosen: ownerOf(providers, pasted, options), pasted: pasted.secret };
  }
  const candidates = recognised.kind === "ambiguous" ? recognised.candidates : [];
  const message = candidates.length > 0 ? "Its shape fits these. Whose key is it?" : "Whose key is it?";
  return { chosen: await askProvider(providers.all(), candidates, message), pasted: pasted.secret };
}

async function askAnyKey(): Promise<string> {
  return await password({ message: "API key (empty: choose the provider first)", mask: "*" }, terminal);
}

/** Those that are likely come first. */
async function askProvider(
  all: readonly ProviderSpec[],
  likely: readonly ProviderSpec[] = [],
  message = "Provider",
): Promise<string> {
  const others = all.filter((spec) => spec.status !== "retired" && !likely.includes(spec));
  const free = others.filter(({ status }) => status !== "paid");
  const paid = others.filter(({ status }) => status === "paid");
  const choices = [...likely, ...free, ...paid].map(({ id, name, status, statusNote }) => ({
    value: id,
    name: status === "paid" ? `${name} (no free models)` : name,
    ...(statusNote === null ? {} : { description: statusNote }),
  }));
  const custom = { value: CUSTOM, name: "An endpoint of your own" };
  return await select({ message, choices: [...choices, custom], pageSize: PAGE_SIZE, loop: false }, terminal);
}

/** The account id of a token that came without one. */
async function askAccountId(spec: ProviderSpec | undefined, secret: string): Promise<string> {
  if (spec?.credential !== "account_and_token" || splitAccount(secret) !== null) return secret;
  const account = await input(
    {
      message: `Account id of ${spec.name}`,
      validate: (text) => splitAccount(`${text.trim()}:x`) !== null || "It has 32 hexadecimal digits.",
    },
    terminal,
  );
  return `${account.trim()}:${secret}`;
}

/** An endpoint that is there already is known by its address alone. */
async function askEndpoint(options: AddOptions, keys: readonly KeyView[]): Promise<AddOptions> {
  const baseUrl =
    options.baseUrl ??
    (
      await input({ message: "Base URL", validate: (text) => isAddress(text) || ADDRESS_HINT }, terminal)
    ).trim();
  if (keys.some((key) => sameAddress(key, baseUrl))) return { ...options, baseUrl };
  const name =
    options.name ??
    (await input({ message: "Name", default: URL.parse(baseUrl)?.hostname ?? CUSTOM }, terminal)).trim();
  const model = options.model ?? (await askModels());
  return { ...options, baseUrl, name, ...(model.length === 0 ? {} : { model }) };
}

/** None: the endpoint is asked what it serves. */
async function askModels(): Promise<string[]> {
  const text = await input({ message: "Model ids, separated by commas (empty: ask the endpoint)" }, terminal);
  return text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
}

/** An endpoint of one's own, which is not among the providers, may have no key. */
async function askSecret(spec: ProviderSpec | undefined): Promise<string | null> {
  const optional = spec === undefined || spec.anonymous;
  const secret = await password(
    {
      message: optional ? "API key (empty for none)" : spec.credential === "plain" ? "API key" : "API token",
      mask: "*",
      validate: (text) => optional || text.trim() !== "" || "A key is needed.",
    },
    terminal,
  );
  return secret.trim() || null;
}

/** undefined means an account of its own. */
async function askAccount(siblings: readonly KeyView[]): Promise<string | undefined> {
  if (siblings.length === 0) return undefined;
  const accounts = new Map(siblings.map((key) => [key.account, key.id]));
  const answer = await select(
    {
      message: "Keys of one account or project share its limits. Which account is this key of?",
      choices: [
        { value: "", name: "Another account" },
        ...[...accounts].map(([account, id]) => ({
          value: account,
          name: `The account of ${id} (${account})`,
        })),
      ],
    },
    terminal,
  );
  return answer === "" ? undefined : answer;
}

const ADDRESS_HINT = "An address such as http://127.0.0.1:8080/v1";

function isAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text.trim())?.protocol ?? "");
}

function sameAddress({ baseUrl }: KeyView, other: string | undefined): boolean {
  return baseUrl !== null && other !== undefined && baseUrl.replace(/\/+$/, "") === other.replace(/\/+$/, "");
}
