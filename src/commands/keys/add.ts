import type { Command } from "commander";
import { refuseRetired } from "../../core/app/key-commands/accept.ts";
import type { KeyView } from "../../core/command.ts";
import type { Providers } from "../../core/provider.ts";
import { usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { loadProviders } from "../open.ts";
import { collect, wholeNumber, withExamples, withRemoteOptions } from "../options.ts";
import { type AddOptions, addition, CUSTOM, type KeyAddition, LIMITS } from "./addition.ts";
import { addKeyless } from "./keyless.ts";
import { proxyOption, withProxyOptions } from "./proxy.ts";
import { ownerOf, readPasted, secretOption, withAccountId, withSecretOptions } from "./secret.ts";
import { keyData, secretHint } from "./view.ts";

const ONE_PROVIDER = [
  ["label", "label"],
  ["account", "account"],
  ["baseUrl", "base-url"],
  ["proxy", "proxy"],
  ["proxyFromEnv", "proxy-from-env"],
] as const;
const FOR_CUSTOM = ["name", "model", "context", ...LIMITS] as const;

export function defineAdd(keys: Command, context: Context): void {
  const command = keys
    .command("add")
    .description(
      "Add an API key. Asks on a terminal; in scripts the key comes in by stdin, alone or as NAME=value. Without a provider, its shape tells whose it is.",
    )
    .argument("[provider]", `a provider's id, or "${CUSTOM}" for an endpoint of your own`);
  withProxyOptions(withSecretOptions(command))
    .option("--keyless", "add the provider without a key; without a provider: all that need none")
    .option("--no-key", "the same as --keyless")
    .option("-y, --yes", "with --keyless: do not ask")
    .option("--label <text>", "a name to recognise the key by")
    .option("--account <name>", "the account it belongs to: keys of one account share its limits")
    .option("--base-url <url>", "call this address instead of the provider's")
    .option("--name <name>", `${CUSTOM}: what to call the endpoint`)
    .option("--model <id>", `${CUSTOM}: a model that it serves; may be repeated`, collect)
    .option("--context <tokens>", `${CUSTOM}: context window of its models`, wholeNumber)
    .option("--rpm <count>", `${CUSTOM}: requests per minute`, wholeNumber)
    .option("--rpd <count>", `${CUSTOM}: requests per day`, wholeNumber)
    .option("--tpm <count>", `${CUSTOM}: tokens per minute`, wholeNumber)
    .option("--tpd <count>", `${CUSTOM}: tokens per day`, wholeNumber)
    .option("--concurrency <count>", `${CUSTOM}: requests at the same time`, wholeNumber);
  withRemoteOptions(command).action(async (provider: string | undefined, options: AddOptions) => {
    checkCombination(provider, options);
    const proxy = proxyOption(options, context);
    if (provider === undefined && isKeyless(options)) return await addKeyless(context, options);
    const complete = proxy === undefined ? options : { ...options, proxy };
    const addition = await decide(provider, complete, context);
    const reply = await withConnection(connect(context, options), ({ admin }) => admin.execute(addition));
    if (reply.type === "key") report(context, reply.key, reply.notes);
  });
  withExamples(
    command,
    "freellm keys add",
    "freellm keys add groq --label work",
    "freellm keys add --from-env GROQ_API_KEY --test",
    "pass show mistral | freellm keys add mistral",
    "freellm keys add cloudflare --from-env CLOUDFLARE_API_TOKEN",
    "freellm keys add groq --proxy socks5://127.0.0.1:1080",
    "freellm keys add --keyless",
    `freellm keys add ${CUSTOM} --name home --base-url http://127.0.0.1:8080/v1 --model qwen3 --no-key`,
  );
}

/** The command that the arguments, stdin and the answers of the user add up to. */
async function decide(
  provider: string | undefined,
  options: AddOptions,
  context: Context,
): Promise<KeyAddition> {
  const providers = await loadProviders();
  const named = provider === undefined ? undefined : providers.find(provider);
  if (named) refuseRetired(named);
  const given = isKeyless(options) ? null : secretOption(options, context, providers);
  if (context.interactive && needsQuestions(provider, given, providers)) {
    const { keys } = await withConnection(connect(context, options), ({ admin }) => admin.snapshot());
    const { ask } = await import("./add-questions.ts");
    return await ask({ provider, given: given ?? undefined, options, providers, keys, context });
  }
  if (given === null) return addition(provider ?? CUSTOM, null, options, providers);
  const pasted = given ?? readPasted(await context.readLine(), providers);
  const owner = provider ?? ownerOf(providers, pasted, options);
  const secret = withAccountId(providers.find(owner), pasted.secret, options, context);
  const test = options.test ?? (context.interactive ? true : undefined);
  return addition(owner, secret || null, { ...options, ...(test === undefined ? {} : { test }) }, providers);
}

/** A person is asked for the key, or for its provider where neither name nor shape tells. */
function needsQuestions(
  provider: string | undefined,
  given: { secret: string; provider: string | null } | null | undefined,
  providers: Providers,
): boolean {
  if (given === null) return false;
  if (given === undefined) return true;
  if (provider !== undefined || given.provider !== null) return false;
  const { kind } = providers.recognise(given.secret);
  return kind === "ambiguous" || kind === "unknown";
}

function checkCombination(provider: string | undefined, options: AddOptions): void {
  const sources = [typeof options.key === "string", options.fromEnv !== undefined, isKeyless(options)];
  if (sources.filter(Boolean).length > 1) {
    throw usageError("Only one of --key, --from-env and --no-key can be given.");
  }
  const misplaced = FOR_CUSTOM.find((name) => options[name] !== undefined);
  if (misplaced !== undefined && provider !== CUSTOM) {
    throw usageError(`--${misplaced} is for endpoints of your own.`, `Use it as: freellm keys add ${CUSTOM}`);
  }
  if (provider === undefined && isKeyless(options)) {
    const single = ONE_PROVIDER.find(([name]) => options[name] !== undefined);
    if (single !== undefined) {
      throw usageError(
        `--${single[1]} belongs to one provider.`,
        "Name it: freellm keys add PROVIDER --keyless",
      );
    }
  }
}

function isKeyless({ key, keyless }: AddOptions): boolean {
  return keyless === true || key === false;
}

function report({ output }: Context, key: KeyView, notes: readonly string[]): void {
  if (output.json) {
    output.data({ keys: [keyData(key)], notes });
    return;
  }
  output.line(`Added ${key.id} (key ${secretHint(key.last4)}), number ${key.order} in the order.`);
  for (const note of notes) output.note(note);
}
