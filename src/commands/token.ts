import type { Command } from "commander";
import { connect, withConnection } from "./connect.ts";
import type { Context } from "./context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "./options.ts";

export function define(command: Command, context: Context): void {
  command.description("The token that clients send as their API key.");
  const show = command
    .command("show", { isDefault: true })
    .description("Print the token alone (the default).");
  const rotate = command
    .command("rotate")
    .description("Replace the token; the old one stops working at once.");
  for (const [part, type] of [
    [show, "token-show"],
    [rotate, "token-rotate"],
  ] as const) {
    withRemoteOptions(part).action(async (options: RemoteOptions) => {
      const reply = await withConnection(connect(context, options), ({ admin }) => admin.execute({ type }));
      if (reply.type !== "token") return;
      if (context.output.json) context.output.data({ tokens: [{ token: reply.token }] });
      else context.output.line(reply.token);
    });
  }
  withExamples(command, "freellm token", 'export OPENAI_API_KEY="$(freellm token)"', "freellm token rotate");
}
