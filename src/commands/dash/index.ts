/** `freellm dash`: the running server, live on a terminal, once as text, or as JSON. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import type { Look } from "../../tui/model.ts";
import type { Server } from "../../tui/source.ts";
import { usageError } from "../complaint.ts";
import { connectToServer } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { VERSION } from "../version.ts";
import type { Target } from "./server.ts";

interface Options extends RemoteOptions {
  once?: true;
  json?: true;
  watch?: true;
  ascii?: true;
  tokenFile?: string;
}

export function define(command: Command, context: Context): void {
  command.description(
    "Watch the running server: keys and their limits, requests and the way they went. Exit code 3 when there is none.",
  );
  withRemoteOptions(command)
    .option("--once", "print it once as text; so does a pipe")
    .option("--watch", "with --json: the state, then every event, one JSON object a line")
    .option("--token-file <path>", "a file with the server's admin token, for --url")
    .option("--ascii", "draw with ASCII alone")
    .action((options: Options) => dash(context, options));
  withExamples(
    command,
    "freellm dash",
    "freellm dash --once",
    "freellm dash --json",
    "freellm dash --watch --json",
    "freellm dash --url http://127.0.0.1:3001 --token-file admin-token",
  );
}

async function dash(context: Context, options: Options): Promise<void> {
  const { output } = context;
  const { dashServer } = await import("./server.ts");
  const server = dashServer(() => locate(context, options));
  if (options.json) {
    if (!options.watch) {
      const { stateData } = await import("./data.ts");
      return output.data(stateData(await server.snapshot()));
    }
    const { watchJson } = await import("./watch.ts");
    return await watchJson(server, output);
  }
  const { stdin, stdout } = process;
  const isTerminal = stdout.isTTY === true && stdin.isTTY === true && context.environment.TERM !== "dumb";
  if (options.watch && !isTerminal) throw usageError("--watch needs --json where there is no terminal.");
  if (options.once || !isTerminal) {
    const { printOnce } = await import("./once.ts");
    return await printOnce(server, output, await lookOf(context, options), columnsOf(context));
  }
  await live(server, context, options);
}

/** While the server says how it is, what draws it is loaded. A server that refuses the token is told before the screen is taken. */
async function live(server: Server, context: Context, options: Options): Promise<void> {
  const asked = server.snapshot();
  // Awaited below, with its failure.
  asked.catch(() => {});
  const [first, look, { runLive }] = await Promise.all([
    asked,
    lookOf(context, options),
    import("./live.ts"),
  ]);
  context.output.exitCode = await runLive(server, look, first);
}

/** Where the server is, and the token for it: of the options, else of the environment or the home. */
async function locate(context: Context, { url, tokenFile }: Options): Promise<Target> {
  const environment =
    tokenFile === undefined
      ? context.environment
      : { ...context.environment, FREELLM_ADMIN_TOKEN: tokenIn(tokenFile) };
  const connection = await connectToServer({ ...context, environment }, url === undefined ? {} : { url });
  if (connection.server === null)
    throw new CommandError("no_server", "No server is running.", "Start one: freellm serve");
  return { url: connection.server.url, token: connection.server.token };
}

function tokenIn(path: string): string {
  try {
    const token = readFileSync(path, "utf8").trim();
    if (token !== "") return token;
  } catch {
    // Told below, in the same words.
  }
  throw usageError(
    `--token-file: there is no token in ${path}.`,
    "The server keeps it in the file admin-token of its home.",
  );
}

function columnsOf({ environment }: Context): number {
  const wanted = Number(environment.COLUMNS);
  if (Number.isInteger(wanted) && wanted >= 20) return Math.min(wanted, 500);
  return process.stdout.columns ?? 100;
}

async function lookOf({ environment, output }: Context, { ascii }: Options): Promise<Look> {
  const { BUILT_IN } = await import("../../providers/offered.ts");
  const signUps = BUILT_IN.filter(({ status }) => status !== "retired").map(({ id, signUpUrl }) => ({
    provider: id,
    url: signUpUrl ?? "needs no key",
  }));
  return {
    version: VERSION,
    unicode: !ascii && speaksUnicode(environment),
    colour: output.paint.level > 0,
    utcOffset: -new Date().getTimezoneOffset(),
    signUps,
  };
}

/** What the locale says; where it says nothing, most terminals do. */
function speaksUnicode(environment: Context["environment"]): boolean {
  if (environment.TERM === "dumb") return false;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  return locale === "" || (/utf-?8/i.test(locale) && !/^(C|POSIX)$/.test(locale));
}
