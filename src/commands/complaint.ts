/** What went wrong, in words and as an exit code. */
import { CommanderError } from "commander";
import { CommandError } from "../core/command.ts";
import { SettingsError } from "../core/config/resolve.ts";
import { StoreError } from "../core/store/store-error.ts";
import { VaultError } from "../core/vault/vault-error.ts";
import type { Complaint } from "./output.ts";

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_NO_SERVER = 3;
/** As shells report a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

export function usageError(message: string, hint: string | null = null): CommandError {
  return new CommandError("usage", message, hint, true);
}

export function noServerError(): CommandError {
  return new CommandError("no_server", "No server is running.", "Start one: freellm serve");
}

/** `command` is the command line so far (`freellm keys add`), for the hint at its help. */
export function complaintOf(error: unknown, command: string): { complaint: Complaint; exitCode: number } {
  if (error instanceof CommandError) {
    const { code, message, hint, usage } = error;
    const exitCode = code === "no_server" ? EXIT_NO_SERVER : usage ? EXIT_USAGE : EXIT_FAILED;
    return { complaint: { code, message, hint: hint ?? (usage ? helpHint(command) : null) }, exitCode };
  }
  if (error instanceof CommanderError) {
    const [message = "", ...said] = error.message.replace(/^error: /, "").split("\n");
    const suggestion = said.map((line) => line.replace(/^\((.*)\)$/, "$1"));
    const hint = [...suggestion, helpHint(command)].join("\n");
    return { complaint: { code: "usage", message, hint }, exitCode: EXIT_USAGE };
  }
  if (error instanceof SettingsError) {
    return {
      complaint: { code: "settings", message: error.message, hint: error.hint },
      exitCode: EXIT_USAGE,
    };
  }
  if (error instanceof StoreError || error instanceof VaultError) {
    const { code, message, hint } = error;
    return { complaint: { code, message, hint }, exitCode: EXIT_FAILED };
  }
  if (error instanceof Error && error.name === "ExitPromptError") {
    return {
      complaint: { code: "cancelled", message: "Cancelled; nothing was changed.", hint: null },
      exitCode: EXIT_INTERRUPTED,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { complaint: { code: "internal", message, hint: null }, exitCode: EXIT_FAILED };
}

function helpHint(command: string): string {
  return `See: ${command} --help`;
}
