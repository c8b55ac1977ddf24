import type { Command } from "commander";
import { connect, withConnection } from "./connect.ts";
import type { Context } from "./context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "./options.ts";

export function define(command: Command, context: Context): void {
  command.description("The token that clients send as their API key, and tokens for single clients.");
  const { output } = context;
  const execute = (options: RemoteOptions, request: TokenRequest) =>
    withConnection(connect(context, options), ({ admin }) => admin.execute(request));

  /** Prints the token alone, for `$(...)`. */
  async function printToken(options: RemoteOptions, request: TokenRequest): Promise<void> {
    const reply = await execute(options, request);
    if (reply.type !== "token") return;
    if (output.json) output.data({ tokens: [{ token: reply.token }] });
    else output.line(reply.token);
  }

  const show = command
    .command("show", { isDefault: true })
    .description("Print the token alone (the default).");
  withRemoteOptions(show).action((options: RemoteOptions) => printToken(options, { type: "token-show" }));

  withExamples(show, "freellm token", "freellm token show --json");

  const rotate = command
    .command("rotate")
    .description("Replace the token; the old one stops working at once.");
  withRemoteOptions(rotate).action((options: RemoteOptions) => printToken(options, { type: "token-rotate" }));

  withExamples(rotate, "freellm token rotate");

  const add = command
    .command("add <name>")
    .description("Make a token for one client, that can be revoked alone. It is shown only now.");
  withRemoteOptions(add).action((name: string, options: RemoteOptions) =>
    printToken(options, { type: "token-add", name }),
  );
  withExamples(add, "freellm token add laptop");

  const revoke = command.command("revoke <name>").description("Refuse the token of one client from now on.");
  withRemoteOptions(revoke).action(async (name: string, options: RemoteOptions) => {
    await execute(options, { type: "token-revoke", name });
    if (output.json) output.data({ tokens: [{ name, revoked: true }] });
    else output.line(`Revoked ${name}.`);
  });
  withExamples(revoke, "freellm token revoke laptop");

  const list = command.command("list").description("Names of the tokens for single clients.");
  withRemoteOptions(list).action(async (options: RemoteOptions) => {
    const reply = await execute(options, { type: "tokens-list" });
    if (reply.type !== "token-names") return;
    if (output.json) output.data({ tokens: reply.names.map((name) => ({ name })) });
    else if (reply.names.length === 0)
      output.line("There are none beside the unified token. Make one: freellm token add NAME");
    else for (const name of reply.names) output.line(name);
  });

  withExamples(list, "freellm token list", "freellm token list --json");

  withExamples(
    command,
    "freellm token",
    'export OPENAI_API_KEY="$(freellm token)"',
    "freellm token add laptop",
  );
}

type TokenRequest =
  | { type: "token-show" | "token-rotate" | "tokens-list" }
  | { type: "token-add" | "token-revoke"; name: string };
