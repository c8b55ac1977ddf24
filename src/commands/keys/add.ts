import type { Command } from "commander";
import type { KeyView } from "../../core/command.ts";
import type { Providers } from "../../core/provider.ts";
import { usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { loadProviders } from "../open.ts";
import { collect, wholeNumber, withExamples, withRemoteOptions } from "../options.ts";
import { type AddOptions, addition, CUSTOM, type KeyAddition, knownProviders, LIMITS } from "./addition.ts";
import { keyData, secretHint } from "./view.ts";

const FOR_CUSTOM = ["name", "model", "context", ...LIMITS] as const;

export function defineAdd(keys: Command, context: Context): void {
  const command = keys
    .command("add")
    .description("Add an API key. Asks on a terminal; in scripts the key comes in by stdin.")
    .argument("[provider]", `a provider's id, or "${CUSTOM}" for an endpoint of your own`)
    .option("--from-env <name>", "take the key from this environment variable")
    .option("--key <value>", "the key itself; others can see it in the process list and the shell history")
    .option("--keyless", "add the provider without a key")
    .option("--no-key", "the same as --keyless")
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
    const addition = await decide(provider, options, context);
    const reply = await withConnection(connect(context, options), ({ admin }) => admin.execute(addition));
    if (reply.type === "key") report(context, reply.key, reply.notes);
  });
  withExamples(
    command,
    "freellm keys add",
    "freellm keys add groq --label work",
    "freellm keys add groq --from-env GROQ_API_KEY",
    "pass show mistral | freellm keys add mistral",
    `freellm keys add ${CUSTOM} --name home --base-url http://127.0.0.1:8080/v1 --model qwen3 --no-key`,
  );
}

/** The command that the arguments, stdin and the answers of the user add up to. */
async function decide(
  provider: string | undefined,
  options: AddOptions,
  context: Context,
): Promise<KeyAddition> {
  checkCombination(provider, options);
  const providers = await loadProviders();
  const given = await givenSecret(options, context);
  if (given === undefined && context.interactive) {
    const { keys } = await withConnection(connect(context, options), ({ admin }) => admin.snapshot());
    const { ask } = await import("./add-questions.ts");
    return await ask({ provider, options, providers, keys, output: context.output });
  }
  const secret = given === undefined ? await context.readLine() : given;
  return addition(provider ?? recognised(providers, secret), secret || null, options, providers);
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
}

function isKeyless({ key, keyless }: AddOptions): boolean {
  return keyless === true || key === false;
}

/** undefined when no option says anything about it, null for no key. */
async function givenSecret(
  options: AddOptions,
  { environment, output }: Context,
): Promise<string | null | undefined> {
  if (isKeyless(options)) return null;
  if (typeof options.key === "string") {
    output.warn("a key on the command line shows in the process list and in the history of the shell.");
    return options.key.trim();
  }
  if (options.fromEnv === undefined) return undefined;
  const value = environment[options.fromEnv]?.trim();
  if (!value) throw usageError(`The environment variable ${options.fromEnv} is not set.`);
  return value;
}

function recognised(providers: Providers, secret: string | null): string {
  const provider = secret ? providers.recognise(secret) : undefined;
  if (provider !== undefined) return provider.id;
  throw usageError(
    "Which provider is it?",
    `Name it: freellm keys add PROVIDER. ${knownProviders(providers)}`,
  );
}

function report({ output }: Context, key: KeyView, notes: readonly string[]): void {
  if (output.json) {
    output.data({ keys: [keyData(key)], notes });
    return;
  }
  output.line(`Added ${key.id} (key ${secretHint(key.last4)}), number ${key.order} in the order.`);
  for (const note of notes) output.note(note);
}
