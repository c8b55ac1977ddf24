import { type Command, InvalidArgumentError } from "commander";
import { usageError } from "./complaint.ts";
import type { Context } from "./context.ts";
import { withExamples } from "./options.ts";
import type { Sink } from "./output.ts";
import type { RunningServer } from "./server.ts";
import { watchStopSignals } from "./stop-signals.ts";

interface Options {
  host?: string;
  port?: number;
  expose?: true;
  demo?: true;
  ephemeral?: true;
  tour?: true;
  /** true for the usual place. */
  logFile?: string | true;
}

export function define(command: Command, context: Context): void {
  command
    .description(
      "Start the proxy. Ctrl-C ends it once the running answers are through; a second one at once.",
    )
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .option("--port <number>", "port to listen on; 0 takes a free one (3001)", readPort)
    .option("--expose", "allow an address that other machines can reach")
    .option("--demo", "with simulated providers: no key, no network, nothing kept")
    .option("--tour", "with --demo: show one answer, and in a pipe end after it")
    .option(
      "--ephemeral",
      "keep nothing: take the keys from the environment (GROQ_API_KEY, ...) and forget all at the end",
    )
    .option(
      "--log-file [path]",
      "write the log to this file instead of stderr, at most 12 MB; without a path, where `freellm logs` looks",
    )
    .action((options: Options) => serve(context, options));
  withExamples(
    command,
    "freellm serve",
    "freellm serve --port 8080",
    "freellm serve --demo",
    "freellm serve --ephemeral",
  );
}

async function serve(context: Context, options: Options): Promise<void> {
  const { startServer } = await import("./server.ts");
  const { demo = false, ephemeral = false, tour = false, logFile, ...flags } = options;
  if (tour && !demo) throw usageError("--tour needs --demo.");
  // A demo beside a real server must not collide with it.
  if (demo && flags.port === undefined) flags.port = 0;
  let server: RunningServer | null = null;
  // Watched from the start: a server that is told to stop while it starts takes its announcement back, too.
  const signals = watchStopSignals(() => server?.stop());
  try {
    const logSink = await sinkOf(context, logFile);
    server = await startServer(context, { flags, demo, ephemeral, ...(logSink === null ? {} : { logSink }) });
    // Whoever has been waiting for the port goes first; a person does not notice.
    await new Promise((resolve) => setTimeout(resolve, BANNER_AFTER_MS));
    const { printBanner } = await import("./banner.ts");
    printBanner(context.output, server);
    if (tour) await takeTour(context, server);
    // On a terminal a tour stays to be played with; in a pipe it has shown what it can.
    if (!tour || process.stdout.isTTY === true) {
      const signal = await signals.asked;
      server.log.info("stopping once the running answers are through", { signal });
    }
  } finally {
    if (server !== null) await endInTime(server);
    signals.release();
  }
}

/** null where the log goes to stderr. */
async function sinkOf({ home }: Context, logFile: string | true | undefined): Promise<Sink | null> {
  if (logFile === undefined) return null;
  const { logPath, openLogFile } = await import("./log-file.ts");
  return openLogFile(logFile === true ? logPath(home) : logFile);
}

const GRACE_MS = 2_000;
const BANNER_AFTER_MS = 10;

/** Lets running answers end. Whatever may still be open then keeps the process no longer than a moment. */
async function endInTime(server: RunningServer): Promise<void> {
  const late = setTimeout(() => {
    server.stop();
    process.exit(0);
  }, server.settings.drainMs + GRACE_MS);
  late.unref();
  await server.drain();
  setTimeout(() => process.exit(), GRACE_MS).unref();
}

async function takeTour({ output }: Context, { listener, opened }: RunningServer): Promise<void> {
  const { showAnswer } = await import("./demo.ts");
  await showAnswer(output, listener.url, opened.application.token.show());
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}
