import type { Command } from "commander";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import type { ProxyOptions } from "./addition.ts";
import { proxyOption, withProxyOptions } from "./proxy.ts";
import { printKeys } from "./view.ts";

interface EditOptions extends RemoteOptions, ProxyOptions {
  label?: string;
  account?: string;
  baseUrl?: string;
}

export function defineEdit(keys: Command, context: Context): void {
  const command = keys
    .command("edit")
    .description('Change what is known of a key; its secret stays. An empty text ("") takes away.')
    .argument("<id>", "as `keys list` shows it")
    .option("--label <text>", "a name to recognise the key by")
    .option("--account <name>", "the account it belongs to: keys of one account share its limits")
    .option("--base-url <url>", "where it is used; of an endpoint of your own: for all its keys");
  withRemoteOptions(withProxyOptions(command)).action(async (id: string, options: EditOptions) => {
    const { label, account, baseUrl } = options;
    const proxy = proxyOption(options, context);
    await withConnection(connect(context, options), async ({ admin }) => {
      const reply = await admin.execute({
        ...{ type: "key-edit", id },
        ...(label === undefined ? {} : { label: label.trim() || null }),
        ...(account === undefined ? {} : { account: account.trim() || null }),
        ...(baseUrl === undefined ? {} : { baseUrl: baseUrl.trim() || null }),
        ...(proxy === undefined ? {} : { proxy: proxy || null }),
      });
      if (reply.type !== "key") return;
      printKeys(context.output, [reply.key], (await admin.snapshot()).now);
      for (const note of reply.notes) context.output.note(note);
    });
  });
  withExamples(
    command,
    "freellm keys edit groq-2 --account main",
    'freellm keys edit groq-2 --label ""',
    "freellm keys edit home-1 --base-url http://192.168.1.20:8080/v1",
    "freellm keys edit groq-1 --proxy-from-env WORK_PROXY",
    "freellm keys edit home-1 --proxy direct",
  );
}
