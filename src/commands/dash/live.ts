/** The dashboard on this process's terminal, which is given back however it ends. */
import { constants } from "node:os";
import type { Snapshot } from "../../core/command.ts";
import { openDash } from "../../tui/app.tsx";
import type { Look } from "../../tui/model.ts";
import type { Server, Ticker } from "../../tui/source.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const ticker: Ticker = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const handle = setTimeout(callback, milliseconds);
    return () => clearTimeout(handle);
  },
};

/** Begins with `first`. Gives the exit code: 0 when it was left, 128 and the signal's number when it was told to end. */
export async function runLive(server: Server, look: Look, first: Snapshot): Promise<number> {
  const { stdin, stdout } = process;
  let exitCode = 0;
  // Windows has no such thing.
  const canStop = process.platform !== "win32";
  const stopProcess = (): void => {
    if (canStop) process.kill(process.pid, "SIGSTOP");
  };
  const dash = openDash({ server, ticker, look, first, stdin, stdout, stopProcess });
  const onSignal = (signal: NodeJS.Signals): void => {
    exitCode = 128 + constants.signals[signal];
    dash.end();
  };
  let failure: unknown = null;
  const onFailure = (error: unknown): void => {
    failure ??= error;
    dash.end();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  if (canStop) process.on("SIGTSTP", dash.suspend);
  process.on("uncaughtException", onFailure);
  process.on("unhandledRejection", onFailure);
  try {
    await dash.ended;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off("SIGTSTP", dash.suspend);
    process.off("uncaughtException", onFailure);
    process.off("unhandledRejection", onFailure);
  }
  if (failure !== null) throw failure;
  return exitCode;
}
