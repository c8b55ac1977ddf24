/** Runs the programs by which a platform keeps services. Arguments are never put through a shell. */
import { spawnSync } from "node:child_process";
import { CommandError } from "../../core/command.ts";

/** Whether it ended with 0; what it says is kept to itself. */
export function succeeds([program = "", ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

/** Throws CommandError with what the program said when it fails. */
export function runAll(commands: readonly (readonly string[])[]): void {
  for (const [program = "", ...args] of commands) {
    const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8", stdio: "pipe" });
    if (error === undefined && status === 0) continue;
    const said = stderr?.trim().split("\n")[0] ?? "";
    const reason =
      error === undefined ? said || `it ended with ${status ?? "a signal"}` : "there is no such program";
    throw new CommandError(
      "service_failed",
      `${[program, ...args].join(" ")} failed: ${reason}.`,
      "See what it is about: freellm service install --dry-run. Without a service: freellm serve",
    );
  }
}
