/** The context of a real run: this process, its streams and its environment. */
import { homedir } from "node:os";
import { resolveHome } from "../core/store/home.ts";
import type { Context } from "./context.ts";
import { Output } from "./output.ts";
import { isTerminal, standardError, standardOutput } from "./standard-streams.ts";

export function createContext(args: readonly string[]): Context {
  const { env, platform } = process;
  const options = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const json = options.includes("--json");
  return {
    output: new Output({ stdout: standardOutput, stderr: standardError, environment: env, json }),
    environment: env,
    home: resolveHome({ environment: env, platform, userDirectory: homedir() }),
    get interactive() {
      return isTerminal("stdin") && isTerminal("stderr");
    },
    readLine: () => firstLine(process.stdin),
    readAll: () => whole(process.stdin),
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
