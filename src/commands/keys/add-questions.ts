/** The questions of `keys add`, on a terminal. What the options say already is not asked. They go to stderr: stdout is for the result. */
import { input, password, select } from "@inquirer/prompts";
import type { KeyView } from "../../core/command.ts";
import type { ProviderSpec, Providers } from "../../core/provider.ts";
import { usageError } from "../complaint.ts";
import type { Output } from "../output.ts";
import { type AddOptions, addition, CUSTOM, type KeyAddition, knownProviders } from "./addition.ts";

export interface Questions {
  provider: string | undefined;
  options: AddOptions;
  providers: Providers;
  /** The keys that there are. */
  keys: readonly KeyView[];
  output: Output;
}

const PAGE_SIZE = 15;
const terminal = { output: process.stderr };

export async function ask({ provider, options, providers, keys, output }: Questions): Promise<KeyAddition> {
  const chosen = provider ?? (await askProvider(providers));
  const spec = providers.find(chosen);
  if (spec === undefined && chosen !== CUSTOM && !keys.some((key) => key.provider === chosen)) {
    throw usageError(`There is no provider "${chosen}".`, knownProviders(providers));
  }
  const complete = chosen === CUSTOM ? await askEndpoint(options, keys) : options;
  if (spec?.signUpUrl) output.note(`Keys of ${spec.name}: ${spec.signUpUrl}`);
  const secret = await askSecret(spec);
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
      ...(account === undefined ? {} : { account }),
      ...(label === "" ? {} : { label }),
    },
    providers,
  );
}

async function askProvider(providers: Providers): Promise<string> {
  const choices = providers.all().map(({ id, name }) => ({ value: id, name }));
  return await select(
    {
      message: "Provider",
      choices: [...choices, { value: CUSTOM, name: "An endpoint of your own" }],
      pageSize: PAGE_SIZE,
      loop: false,
    },
    terminal,
  );
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
      message: optional ? "API key (empty for none)" : "API key",
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
