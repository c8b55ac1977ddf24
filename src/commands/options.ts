/** Options and readers of values that several commands share. */
import { type Command, InvalidArgumentError } from "commander";

export interface RemoteOptions {
  url?: string;
}

/** For commands that a running server can carry out. */
export function withRemoteOptions(command: Command): Command {
  return command
    .option("--json", "print JSON")
    .option(
      "--url <url>",
      "another server than this home's; its admin token is read from FREELLM_ADMIN_TOKEN",
    );
}

export function withExamples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

/** A whole number from 1 on. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It must be a whole number from 1 on.");
}

/** For an option that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
