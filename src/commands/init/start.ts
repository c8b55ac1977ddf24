/** Starts what the wizard was asked to start: this program once more, as a server or as a service. */
import { spawn } from "node:child_process";
import { CommandError } from "../../core/command.ts";
import { systemProcesses } from "../../core/store/lock.ts";
import type { Context } from "../context.ts";
import { answers } from "../server-client.ts";
import { announcedServer } from "../server-file.ts";

const READY_MS = 20_000;
const POLL_MS = 50;

export interface StartedServer {
  url: string;
  /** Resolves with the exit code when it ends. */
  ended: Promise<number>;
}

/** `freellm serve` in this terminal. Throws CommandError when it does not come up; it has said why itself. */
export async function startHere(context: Context): Promise<StartedServer> {
  const child = spawn(process.execPath, [...ownScript(), "serve"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  // Ctrl-C reaches the child by itself; this process has to outlive it.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  const passOn = (): void => void child.kill("SIGTERM");
  process.on("SIGTERM", passOn);
  process.on("SIGHUP", passOn);
  let code: number | null = null;
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (status) => resolve(status ?? 1));
  }).then((status) => {
    code = status;
    return status;
  });
  const url = await waitForServer(context, () => code !== null);
  if (url !== null) return { url, ended };
  child.kill("SIGTERM");
  throw new CommandError("not_started", "The server did not start.", "See why: freellm serve");
}

/** The address of the server of this home, once it answers; null when it does not. */
export async function waitForServer({ home }: Context, gaveUp: () => boolean): Promise<string | null> {
  const deadline = performance.now() + READY_MS;
  while (!gaveUp() && performance.now() < deadline) {
    const server = announcedServer(home, systemProcesses());
    if (server !== null && (await answers(server.url))) return server.url;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}

/** A compiled program is its own script. */
function ownScript(): string[] {
  const script = process.argv[1];
  return Bun.isStandaloneExecutable || script === undefined ? [] : [script];
}
