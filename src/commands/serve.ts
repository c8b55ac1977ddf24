import { type Command, InvalidArgumentError } from "commander";
import type { Context } from "./context.ts";
import { withExamples } from "./options.ts";
import type { RunningServer } from "./server.ts";
import { watchStopSignals } from "./stop-signals.ts";

interface Options {
  host?: string;
  port?: number;
  expose?: true;
  demo?: true;
  ephemeral?: true;
}

export function define(command: Command, context: Context): void {
  command
    .description("Start the proxy.")
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .option("--port <number>", "port to listen on; 0 takes a free one (3001)", readPort)
    .option("--expose", "allow an address that other machines can reach")
    .option("--demo", "with simulated providers: no key, no network, nothing kept")
    .option("--ephemeral", "keep nothing: keys and history are gone at the end")
    .action((options: Options) => serve(context, options));
  withExamples(command, "freellm serve", "freellm serve --port 8080", "freellm serve --demo");
}

async function serve(context: Context, options: Options): Promise<void> {
  const { restartIfNeeded } = await import("./restart.ts");
  const exitCode = await restartIfNeeded();
  if (exitCode !== null) {
    context.output.exitCode = exitCode;
    return;
  }
  const { startServer } = await import("./server.ts");
  const { demo = false, ephemeral = false, ...flags } = options;
  // A demo beside a real server must not collide with it.
  if (demo && flags.port === undefined) flags.port = 0;
  const server = await startServer(context, { flags, demo, ephemeral });
  const signals = watchStopSignals();
  announce(context, server);
  if (demo) {
    const { runDemo } = await import("./demo.ts");
    await runDemo(context, server);
    // In a pipe the demo is over; on a terminal it stays to be played with.
    if (process.stdout.isTTY !== true) {
      await server.drain();
      signals.release();
      return;
    }
  }
  await signals.asked;
  server.log.info("shutting down; running answers may end");
  await server.drain();
  signals.release();
}

function announce({ output }: Context, server: RunningServer): void {
  const { application, notices } = server.opened;
  const { listener, adminToken, settings } = server;
  const keys = application.keyViews();
  output.line(`freellm serves ${listener.url}/v1`);
  for (const notice of notices) output.note(notice);
  if (settings.expose)
    output.warn("other machines can reach this server; the token is all that keeps them out");
  if (server.home === null) {
    output.line(`  token   ${application.token.show()}`);
    output.line(`  status  FREELLM_ADMIN_TOKEN=${adminToken} freellm status --url ${listener.url}`);
  } else if (server.fleet !== null) {
    output.line(`  token   ${application.token.show()}`);
    output.line(`  status  FREELLM_HOME=${server.home.root} freellm status`);
  } else {
    output.line("  token   freellm token");
    output.line("  status  freellm status");
  }
  if (keys.length === 0) output.line("There is no key yet. Add one: freellm keys add groq");
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}
