/** The command line as a whole. A command's file is loaded when that command is asked for. */
import { Command, CommanderError } from "commander";
import { complaintOf, usageError } from "./complaint.ts";
import type { Context } from "./context.ts";
import { VERSION } from "./version.ts";

/** What the file of a command exports as `define`: its arguments, options, help and action. */
export type Define = (command: Command, context: Context) => void;

interface Entry {
  name: string;
  summary: string;
  load(): Promise<{ define: Define }>;
}

const ENTRIES: readonly Entry[] = [
  { name: "init", summary: "set everything up, step by step", load: () => import("./init/index.ts") },
  { name: "serve", summary: "start the proxy", load: () => import("./serve.ts") },
  { name: "keys", summary: "add, list, order and test API keys", load: () => import("./keys/index.ts") },
  {
    name: "models",
    summary: "list the models and choose which are used",
    load: () => import("./models/index.ts"),
  },
  {
    name: "token",
    summary: "print or replace the token that clients send",
    load: () => import("./token.ts"),
  },
  { name: "status", summary: "say how the running server does", load: () => import("./status.ts") },
  {
    name: "chat",
    summary: "ask a model, once or in a conversation",
    load: () => import("./chat/index.ts"),
  },
  {
    name: "backup",
    summary: "write keys and settings into one sealed file",
    load: () => import("./backup/index.ts"),
  },
  {
    name: "restore",
    summary: "put a backup in the place of what is there",
    load: () => import("./backup/restore.ts"),
  },
  {
    name: "import",
    summary: "add the keys of a .env file or list",
    load: () => import("./keys/import.ts"),
  },
  { name: "doctor", summary: "look for what may be wrong", load: () => import("./doctor/index.ts") },
  {
    name: "service",
    summary: "keep the server running with every login",
    load: () => import("./service/index.ts"),
  },
  {
    name: "explain",
    summary: "say why a request went where it went",
    load: () => import("./explain/index.ts"),
  },
  { name: "logs", summary: "print the log of the service", load: () => import("./logs.ts") },
  {
    name: "config",
    summary: "show, edit and check the settings",
    load: () => import("./config/index.ts"),
  },
  {
    name: "quota",
    summary: "show what is used of each limit, and what is left",
    load: () => import("./quota/index.ts"),
  },
  { name: "usage", summary: "sum up requests and tokens", load: () => import("./usage.ts") },
  { name: "requests", summary: "list the latest requests", load: () => import("./requests/index.ts") },
  {
    name: "completion",
    summary: "print a completion script for your shell",
    load: () => import("./completion/index.ts"),
  },
  { name: "dash", summary: "watch the running server live", load: () => import("./dash/index.ts") },
  { name: "sim", summary: "try the router in simulated time", load: () => import("./sim.ts") },
];

const EXAMPLES = `
Examples:
  $ freellm init                   set everything up, step by step
  $ freellm keys add groq          add a key; asks for it
  $ freellm serve                  start the proxy
  $ freellm token                  print the token for your clients
  $ freellm serve --demo           try it without any key`;

/** Runs one command line and gives the exit code. Everything that goes wrong is told through the context's output. */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  const program = new Command("freellm");
  program
    .description("One OpenAI-compatible endpoint over the free tiers of many LLM providers.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText("after", EXAMPLES);
  const asked = askedFor(args);
  // Completion has to know all of them, the help of the whole and a complaint at least their names.
  const isAlone = asked !== "completion" && ENTRIES.some(({ name }) => name === asked);
  for (const { name, summary, load } of ENTRIES) {
    if (isAlone && name !== asked) continue;
    const command = program.command(name).summary(summary);
    if (name === asked || asked === "completion") (await load()).define(command, context);
  }
  quieten(program);
  try {
    if (args.length === 0) {
      const { welcome } = await import("./welcome.ts");
      await welcome(context);
      return 0;
    }
    await program.parseAsync(args, { from: "user" });
    return context.output.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    const error = helpless(args, thrown);
    const { command, path } = deepest(program, args);
    const told = command === program ? await elsewhere(args, error, context) : error;
    const { complaint, exitCode } = complaintOf(await unknownCommand(command, args, told), path);
    context.output.complain(complaint);
    return exitCode;
  }
}

/** The command that the line names, also behind `help`. */
function askedFor(args: readonly string[]): string | undefined {
  const words = args.filter((word) => !word.startsWith("-"));
  return words[0] === "help" ? words[1] : words[0];
}

/** Errors are thrown to us instead of being printed; settings are not inherited, so every command gets them. */
function quieten(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {}, writeErr: () => {} });
  command.showSuggestionAfterError(true);
  for (const child of command.commands) quieten(child);
}

/** A group with a default command takes a word that is no command for an argument of the default: told as what it is. */
async function unknownCommand(group: Command, args: readonly string[], error: unknown): Promise<unknown> {
  if (!(error instanceof CommanderError) || error.code !== "commander.excessArguments") return error;
  if (group.commands.length === 0) return error;
  const word = args.filter((candidate) => !candidate.startsWith("-"))[1] ?? "";
  const { similar } = await import("./similar.ts");
  const meant = similar(
    word,
    group.commands.map((command) => command.name()),
  );
  const path = `freellm ${group.name()}`;
  const help = `See: ${path} --help`;
  return usageError(
    `unknown command '${word}'`,
    meant === null ? help : `Did you mean: ${path} ${meant}\n${help}`,
  );
}

/** `help` of a word that is no command: told as such. */
function helpless(args: readonly string[], error: unknown): unknown {
  if (!(error instanceof CommanderError) || error.code !== "commander.help") return error;
  const word = args.findLast((candidate) => !candidate.startsWith("-")) ?? "";
  return new CommanderError(2, "commander.unknownCommand", `unknown command '${word}'`);
}

/** Commands that hold others. */
const GROUPS: ReadonlySet<string> = new Set(["keys", "models", "token", "config", "service"]);

/** A word that is a command of a group (`freellm add`), told with the group. */
async function elsewhere(args: readonly string[], error: unknown, context: Context): Promise<unknown> {
  if (!(error instanceof CommanderError) || error.code !== "commander.unknownCommand") return error;
  const word = args.find((candidate) => !candidate.startsWith("-") && candidate !== "help") ?? "";
  const meant: string[] = [];
  for (const { name, load } of ENTRIES) {
    if (!GROUPS.has(name)) continue;
    const group = new Command(name);
    (await load()).define(group, context);
    const found = group.commands.some((child) => child.name() === word || child.aliases().includes(word));
    if (found) meant.push(`freellm ${name} ${word}`);
  }
  if (meant.length === 0) return error;
  return usageError(`unknown command '${word}'`, `Did you mean: ${meant.join(", or ")}\nSee: freellm --help`);
}

/** The deepest command that the line names: `freellm keys add`. */
function deepest(program: Command, args: readonly string[]): { command: Command; path: string } {
  let command = program;
  const path = [program.name()];
  for (const word of args) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined) break;
    command = child;
    path.push(word);
  }
  return { command, path: path.join(" ") };
}
