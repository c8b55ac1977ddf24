/** The last part of the wizard: a running server, a first answer, and what clients need. */
import { select } from "@inquirer/prompts";
import { CommandError } from "../../core/command.ts";
import { ask } from "../chat/ask.ts";
import { showAnswer, tellServed } from "../chat/show.ts";
import { complaintOf } from "../complaint.ts";
import { connectToServer, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import type { ServerRecord } from "../server-file.ts";
import { type StartedServer, startHere, waitForServer } from "./start.ts";

type Choice = "here" | "service" | "later";

export async function finish(context: Context, keys: number, running: ServerRecord | null): Promise<void> {
  const { output } = context;
  if (keys === 0) {
    output.line("Without a key there is nothing to serve yet. Begin again at any time: freellm init");
    output.line("To see it work with simulated providers: freellm serve --demo");
    return;
  }
  if (running !== null) {
    output.line(`It runs already, at ${running.url}.`);
    return await firstAnswer(context, running.url);
  }
  const choice = await select<Choice>(
    {
      message: "How should it run?",
      choices: [
        { value: "here", name: "In this terminal, until Ctrl-C" },
        { value: "service", name: "As a service, with every login" },
        { value: "later", name: "Not now" },
      ],
    },
    { output: process.stderr },
  );
  if (choice === "later") {
    output.line("Start it when you like: freellm serve");
    return;
  }
  if (choice === "service") return await asService(context);
  output.progress("Starting ...");
  let server: StartedServer;
  try {
    server = await startHere(context);
  } finally {
    output.progress("");
  }
  await firstAnswer(context, server.url);
  output.line("\nThe server runs here; Ctrl-C ends it. Start it again with: freellm serve");
  output.exitCode = await server.ended;
}

async function asService(context: Context): Promise<void> {
  const { installService } = await import("../service/index.ts");
  installService(context, false);
  context.output.progress("Starting ...");
  const url = await waitForServer(context, () => false);
  context.output.progress("");
  if (url === null)
    throw new CommandError("not_started", "The service does not answer.", "Why: freellm logs");
  await firstAnswer(context, url);
}

/** Shows that it works, and how to reach it. An answer that fails does not undo what was set up. */
async function firstAnswer(context: Context, url: string): Promise<void> {
  const { output } = context;
  const reply = await withConnection(connectToServer(context, {}), ({ admin }) =>
    admin.execute({ type: "token-show" }),
  );
  if (reply.type !== "token") throw new CommandError("bad_reply", "The server does not tell its token.");
  const { token } = reply;
  const { bold } = output.paint;
  output.line(`\n${bold("4. A first request")}`);
  try {
    const messages = [{ role: "user" as const, content: "Say hello in one short sentence." }];
    const parts = ask({ url, token, model: "auto", messages, stream: true });
    tellServed(output, await showAnswer(output, parts, true));
  } catch (error) {
    output.complain(complaintOf(error, "freellm init").complaint);
  }
  output.line(`\n${bold("For your clients")}, with the model auto:`);
  output.line(`  base URL   ${url}/v1`);
  output.line(`  API key    ${token}`);
  output.line("\nOr by hand:");
  output.line(`  curl ${url}/v1/chat/completions \\`);
  output.line(`    -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" \\`);
  output.line(`    -d '{"model": "auto", "messages": [{"role": "user", "content": "Hello"}]}'`);
}
