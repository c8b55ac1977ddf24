/** Processes under measurement: started pinned to a core, their CPU time and memory read from /proc. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Job, LoadResult } from "./load.ts";

/** The proxies have this core for themselves; upstream and load generator share the other. */
const PROXY_CORE = "0";
const OTHER_CORE = "1";
const PINNING = Bun.which("taskset") !== null && navigator.hardwareConcurrency > 1;

export interface Running {
  name: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

export function pinned(core: "proxy" | "other", command: string[]): string[] {
  return PINNING ? ["taskset", "-c", core === "proxy" ? PROXY_CORE : OTHER_CORE, ...command] : command;
}

export function environment(more: Record<string, string> = {}): Record<string, string> {
  // Without it Bun's fetch stops at 256 calls in flight.
  return {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    BUN_CONFIG_MAX_HTTP_REQUESTS: "65336",
    ...more,
  };
}

/** Starts a server process and waits until its port takes connections. */
export async function start(
  name: string,
  port: number,
  command: string[],
  options: { core: "proxy" | "other"; env?: Record<string, string>; cwd?: string },
): Promise<Running> {
  const child = Bun.spawn(pinned(options.core, command), {
    env: environment(options.env),
    stdout: "ignore",
    stderr: "inherit",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    await Bun.sleep(2);
  }
  return {
    name,
    port,
    pid: child.pid,
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

export async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else server.close(() => resolve(address.port));
    });
  });
}

/** The kernel's unit of /proc/<pid>/stat, on every Linux that Bun runs on. */
const TICK_NANOSECONDS = 1e7;

/** Nanoseconds on a core so far, over all threads, those that ended too. Exact to 10 ms. */
export function cpuNanoseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_NANOSECONDS;
}

export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

export function canMeasure(): boolean {
  return existsSync(`/proc/${process.pid}/stat`);
}

/** Runs the load generator; `onOpen` is called once every stream has had its first token. */
export async function load(job: Job, onOpen: (events: number) => void = () => {}): Promise<LoadResult> {
  const child = Bun.spawn(
    pinned("other", [process.execPath, `${import.meta.dir}/load.ts`, JSON.stringify(job)]),
    {
      env: environment(),
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  const decoder = new TextDecoder();
  let text = "";
  let last: unknown;
  for await (const bytes of child.stdout) {
    text += decoder.decode(bytes, { stream: true });
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      last = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      if (typeof last === "object" && last !== null && "open" in last && "events" in last)
        onOpen(Number(last.events));
    }
  }
  if (typeof last !== "object" || last === null || !("requests" in last))
    throw new Error("the load generator gave no result");
  return last as LoadResult;
}
