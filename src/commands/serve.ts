import type { Command } from "commander";
import type { Context } from "./context.ts";
import { withExamples } from "./options.ts";

export function define(command: Command, _context: Context): void {
  command
    .description("Start the proxy.")
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .option("--port <number>", "port to listen on; 0 takes a free one (3001)")
    .option("--expose", "allow an address that other machines can reach")
    .option("--demo", "with simulated providers: no key, no network, nothing kept")
    .option("--ephemeral", "keep nothing: keys and history are gone at the end");
  withExamples(command, "freellm serve", "freellm serve --port 8080", "freellm serve --demo");
}
