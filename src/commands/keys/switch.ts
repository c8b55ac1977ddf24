/** `keys enable` and `keys disable`. */
import type { Command } from "commander";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import { keyData } from "./view.ts";

export function defineEnable(keys: Command, context: Context): void {
  defineSwitch(keys, context, "enable", "Use a key again.");
}

export function defineDisable(keys: Command, context: Context): void {
  defineSwitch(keys, context, "disable", "Keep a key, but do not use it.");
}

function defineSwitch(
  keys: Command,
  context: Context,
  name: "enable" | "disable",
  description: string,
): void {
  const command = keys.command(name).description(description).argument("<id>", "as `keys list` shows it");
  withRemoteOptions(command).action(async (id: string, options: RemoteOptions) => {
    const reply = await withConnection(connect(context, options), ({ admin }) =>
      admin.execute({ type: `key-${name}`, id }),
    );
    if (reply.type !== "key") return;
    if (context.output.json) context.output.data({ keys: [keyData(reply.key)] });
    else context.output.line(`${reply.key.id} is ${name}d.`);
  });
  withExamples(command, `freellm keys ${name} groq-1`);
}
