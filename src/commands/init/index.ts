import type { Command } from "commander";
import type { Providers } from "../../core/provider.ts";
import { systemProcesses } from "../../core/store/lock.ts";
import { EXIT_INTERRUPTED, EXIT_USAGE } from "../complaint.ts";
import type { Context } from "../context.ts";
import { firstKeys, printFirstKeys } from "../first-keys.ts";
import { loadProviders } from "../open.ts";
import { withExamples } from "../options.ts";
import { announcedServer } from "../server-file.ts";
import { equivalentSteps } from "./steps.ts";

export function define(command: Command, context: Context): void {
  command
    .description(
      "Set freellm up, step by step: get keys, test them, start the server, send a first request. What is done already is left out. Without a terminal it says which commands do the same, with exit code 2.",
    )
    .option("--json", "print those commands as JSON")
    .action(() => init(context));
  withExamples(command, "freellm init", "freellm init --json");
}

async function init(context: Context): Promise<void> {
  const { output, interactive } = context;
  const providers = await loadProviders();
  if (!interactive || output.json) {
    output.exitCode = EXIT_USAGE;
    const steps = equivalentSteps(firstKeys(providers));
    if (output.json) return output.data({ steps });
    output.line("There is no terminal to ask on. These commands do the same:");
    for (const { says, command } of steps) output.line(`\n# ${says}\n${command}`);
    return;
  }
  try {
    await ask(context, providers);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ExitPromptError") throw error;
    output.exitCode = EXIT_INTERRUPTED;
    output.note("what was added stays. Go on with: freellm init");
  }
}

async function ask(context: Context, providers: Providers): Promise<void> {
  const { output, home } = context;
  const { bold } = output.paint;
  const { addKeys, snapshot } = await import("./add-keys.ts");
  const { keys } = await snapshot(context);
  output.line(bold("1. Keys"));
  if (keys.length > 0) {
    output.line(`Here already: ${keys.map(({ id }) => id).join(", ")}.`);
  }
  const there = keys.map(({ provider }) => provider);
  output.line("Free keys that are worth getting, each a minute's work in the browser:\n");
  printFirstKeys(output, firstKeys(providers, there));
  output.line("\nA pasted key is recognised by its shape, tested, and kept encrypted.");
  await addKeys(context, providers);
  output.line(`\n${bold("2. Providers without a key")}`);
  const { addKeyless } = await import("../keys/keyless.ts");
  await addKeyless(context, {});
  output.line(`\n${bold("3. The server")}`);
  const { finish } = await import("./finish.ts");
  await finish(context, (await snapshot(context)).keys.length, announcedServer(home, systemProcesses()));
}
