/** Starts this program again when its environment is not the one that a server needs: Bun reads it only once. */
import { sanitisedEnvironment } from "../core/net/environment.ts";

/** Concurrent outbound requests; `bin/freellm` sets the same, which saves the restart. */
const MAX_REQUESTS = 4096;

/**
 * Returns null when the environment is right. Otherwise this process becomes the new one and nothing returns; where the
 * system cannot do that (Windows), resolves with the exit code of a child that did the work.
 */
export async function restartIfNeeded(): Promise<number | null> {
  const environment = sanitisedEnvironment(process.env, { maxRequests: MAX_REQUESTS });
  if (environment === null) return null;
  // A compiled program is its own script; in a source tree the script is an argument of the runtime.
  const args = process.argv.slice(Bun.isStandaloneExecutable ? 2 : 1);
  const { execPath } = process;
  if (process.platform !== "win32") process.execve?.(execPath, [execPath, ...args], environment);
  const { spawn } = await import("node:child_process");
  const child = spawn(execPath, args, { stdio: "inherit", env: environment });
  // Ctrl-C reaches the child by itself; this process has to outlive it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
