import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import type { Command } from "commander";
import { CommandError } from "../core/command.ts";
import { sanitize } from "../core/vault/sanitize.ts";
import type { Context } from "./context.ts";
import { logFiles, logPath } from "./log-file.ts";
import { wholeNumber, withExamples } from "./options.ts";

interface Options {
  follow?: true;
  tail: number;
  file?: string;
}

const TAIL = 50;
const POLL_MS = 200;

export function define(command: Command, context: Context): void {
  command
    .description("Print the log of the service, or of a server that was started with --log-file.")
    .option("-f, --follow", "go on printing what comes")
    .option("-n, --tail <count>", "how many of the last lines", wholeNumber, TAIL)
    .option("--file <path>", "another log file than this home's")
    .option("--json", "print JSON; with --follow, the lines as they are")
    .action((options: Options) => logs(context, options));
  withExamples(command, "freellm logs", "freellm logs --follow", "freellm logs --tail 200 --json");
}

async function logs({ output, home }: Context, { follow, tail, file }: Options): Promise<void> {
  const path = file ?? logPath(home);
  const files = logFiles(path).filter((candidate) => existsSync(candidate));
  if (files.length === 0) {
    throw new CommandError(
      "no_log",
      `There is no log at ${path}.`,
      "A server writes one as a service (freellm service install), or with: freellm serve --log-file",
    );
  }
  // Taken before the lines are read: what comes in between is printed by the follower.
  const from = existsSync(path) ? statSync(path).size : 0;
  const text = files.map((name) => (name === path ? head(path, from) : readFileSync(name, "utf8"))).join("");
  const lines = text.split("\n").filter((line) => line !== "");
  const last = lines.slice(-tail);
  if (follow !== true && output.json) return output.data({ lines: last.map(parsed) });
  const print = (line: string): void => output.line(output.json ? line : forPeople(line));
  for (const line of last) print(line);
  if (follow === true) await followFile(path, from, print);
}

function head(path: string, bytes: number): string {
  return readFileSync(path).toString("utf8", 0, bytes);
}

/** Until the reader ends it. A file that was set aside is read to its end first. */
async function followFile(path: string, from: number, print: (line: string) => void): Promise<void> {
  const open = (): number | null => (existsSync(path) ? openSync(path, "r") : null);
  let file = open();
  let position = from;
  let rest = Buffer.alloc(0);
  const drain = (): void => {
    const bytes = Buffer.alloc(64 * 1024);
    for (;;) {
      const count = file === null ? 0 : readSync(file, bytes, 0, bytes.length, position);
      if (count === 0) return;
      position += count;
      rest = Buffer.concat([rest, bytes.subarray(0, count)]);
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
        print(rest.toString("utf8", 0, end));
        rest = rest.subarray(end + 1);
      }
    }
  };
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  process.stdout.once("error", stop);
  let goesOn = true;
  void stopped.then(() => {
    goesOn = false;
  });
  let inode = file === null ? 0 : statSync(path).ino;
  while (goesOn) {
    drain();
    const now = statSync(path, { throwIfNoEntry: false });
    if (now !== undefined && (now.ino !== inode || now.size < position)) {
      if (file !== null) closeSync(file);
      file = open();
      inode = now.ino;
      position = 0;
      continue;
    }
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
  }
  if (file !== null) closeSync(file);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return { message: line };
  }
}

/** `2026-11-01T10:00:00.000Z warn  message name=value`. */
function forPeople(line: string): string {
  const entry = parsed(line);
  if (typeof entry !== "object" || entry === null) return sanitize(line);
  const { time = "", level = "", message = "", ...fields } = entry as Record<string, unknown>;
  const words = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  return sanitize([time, String(level).padEnd(5), message, ...words].map(String).join(" ").trim());
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
