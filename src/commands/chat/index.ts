import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { CommandError } from "../../core/command.ts";
import { usageError } from "../complaint.ts";
import { connectToServer, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { collect, type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import type { Message } from "./ask.ts";

interface Options extends RemoteOptions {
  model: string;
  system?: string;
  file?: string[];
  /** false by `--no-stream`. */
  stream: boolean;
}

export function define(command: Command, context: Context): void {
  command
    .description(
      "Ask through the running server: one question, or a conversation where there is a terminal and no prompt. The answer goes to stdout, who gave it to stderr. Exit code 1 without an answer, 3 without a server.",
    )
    .argument("[prompt...]", "the question; what is piped in comes after it")
    .option("-m, --model <model>", "model, family or alias to ask", "auto")
    .option("--system <text>", "what goes before the question")
    .option("--file <path>", "put this file before the question; may be repeated", collect)
    .option("--no-stream", "ask for the answer as a whole");
  withRemoteOptions(command).action((words: string[], options: Options) => chat(context, words, options));
  withExamples(
    command,
    'freellm chat "Say hello"',
    "freellm chat",
    'git diff | freellm chat "Write a commit message" -m auto:fast',
    'freellm chat --file notes.md "What is missing?" --json',
  );
}

async function chat(context: Context, words: readonly string[], options: Options): Promise<void> {
  const { output } = context;
  const { model, stream, system = null } = options;
  const piped = process.stdin.isTTY === true ? "" : await context.readAll();
  const prompt = [...(options.file ?? []).map(fileText), words.join(" "), piped.trim()]
    .filter((part) => part !== "")
    .join("\n\n");
  const interactive = context.interactive && process.stdout.isTTY === true && !output.json;
  if (prompt === "" && !interactive) {
    throw usageError("There is nothing to ask.", 'Give a prompt, or pipe one in: freellm chat "Say hello"');
  }
  const { url, token } = await withConnection(
    connectToServer(context, options),
    async ({ admin, server }) => {
      const reply = await admin.execute({ type: "token-show" });
      if (reply.type !== "token" || server === null) {
        throw new CommandError("bad_reply", "The server does not tell its token.");
      }
      return { url: server.url, token: reply.token };
    },
  );
  if (prompt === "") {
    const { converse } = await import("./session.ts");
    return await converse(context, { url, token, model, system, stream });
  }
  const [{ ask }, { showAnswer, tellServed }] = await Promise.all([import("./ask.ts"), import("./show.ts")]);
  const messages: Message[] = [
    ...(system === null ? [] : [{ role: "system" as const, content: system }]),
    { role: "user", content: prompt },
  ];
  const parts = ask({ url, token, model, messages, stream });
  const shown = await showAnswer(output, parts, process.stdout.isTTY === true);
  if (!output.json) return tellServed(output, shown);
  const { served, text, reasoning, usage } = shown;
  const { by = null, requestId = null, trail = [] } = served ?? {};
  output.data({ answers: [{ text, reasoning: reasoning || null, servedBy: by, requestId, trail, usage }] });
}

const MOST_BYTES = 8 * 1024 * 1024;

function fileText(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "it is not a file";
    throw usageError(`${path} cannot be read (${reason}).`);
  }
  if (text.length > MOST_BYTES || text.includes("\u0000")) {
    throw usageError(`${path} is no text that a model could read.`, "Text files up to 8 MB can be given.");
  }
  return `${basename(path)}:\n${text.trimEnd()}`;
}
