/** The context of a real run: this process, its streams and its environment. */
import { homedir } from "node:os";
import { resolveHome } from "../core/store/home.ts";
import type { Context } from "./context.ts";

import { Output } from "./output.ts";

export function createContext(args: readonly string[]): Context {
  const { env, stdin, stdout, stderr, platform } = process;
  const options = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  // Who reads only the first lines (`| head`) has not made an error.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return {
    output: new Output({ stdout, stderr, environment: env, json: options.includes("--json") }),
    environment: env,
    home: resolveHome({ environment: env, platform, userDirectory: homedir() }),
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    readLine: () => firstLine(stdin),
    readAll: () => whole(stdin),
  };
}

/** Longer than any key; whoever pipes in more has piped in the wrong thing. */
const MAX_LINE_BYTES = 64 * 1024;

const MAX_BYTES = 1024 * 1024;

async function whole(stream: NodeJS.ReadStream): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_BYTES) break;
  }
  return text;
}

async function firstLine(stream: NodeJS.ReadStream): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    text += chunk;
    if (text.includes("\n") || text.length > MAX_LINE_BYTES) break;
  }
  return (text.split("\n")[0] ?? "").trim();
}
