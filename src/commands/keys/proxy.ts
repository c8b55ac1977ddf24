/** The options that give a key a proxy of its own. */
import type { Command } from "commander";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import type { ProxyOptions } from "./addition.ts";

export function withProxyOptions(command: Command): Command {
  return command
    .option(
      "--proxy <url>",
      'its calls go through this proxy (http://, https:// or socks5://), or "direct" past the one of the settings',
    )
    .option(
      "--proxy-from-env <name>",
      "take the proxy from this environment variable: for one with a password",
    );
}

/** undefined where none is given. Throws a usage error. */
export function proxyOption(
  { proxy, proxyFromEnv }: ProxyOptions,
  { environment, output }: Context,
): string | undefined {
  if (proxyFromEnv === undefined) {
    if (proxy?.includes("@")) {
      output.warn(
        "a password on the command line shows in the process list and in the history of the shell; use --proxy-from-env.",
      );
    }
    return proxy?.trim();
  }
  if (proxy !== undefined) throw usageError("Only one of --proxy and --proxy-from-env can be given.");
  const value = environment[proxyFromEnv]?.trim();
  if (!value) throw usageError(`The environment variable ${proxyFromEnv} is not set.`);
  return value;
}
