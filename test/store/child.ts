import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Child {
  readonly pid: number | undefined;
  /** All it has printed so far. */
  output(): string;
  /** Resolves once it has printed this line. */
  line(text: string): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Waits until it ends by itself; rejects when it fails. */
  end(): Promise<{ output: string }>;
}

/** Runs a script in a process of its own, killed at the latest when the test ends. */
export function startChild(script: URL, options: readonly string[]): Child {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(script), ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    for (const look of waiting) look();
  });
  const gone = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  onTestFinished(() => void child.kill("SIGKILL"));

  return {
    pid: child.pid,
    output: () => output,
    line(text) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!output.split("\n").includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        void gone.then(() => reject(new Error(`ended without printing ${text}`)));
        look();
      });
    },
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
    async end() {
      const code = await gone;
      if (code !== 0) throw new Error(`ended with ${code}: ${output}`);
      return { output };
    },
  };
}
