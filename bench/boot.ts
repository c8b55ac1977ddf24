/** How long a program takes from exec to its first answer or its first picture, and what it weighs when idle. */
import { cpuNanoseconds, environment, freePort, pinned, residentMegabytes } from "./process.ts";
import { BINARY } from "./subjects.ts";

export interface Boot {
  milliseconds: number;
  idleMegabytes: number;
  cpuMilliseconds: number;
}

const CHAT = JSON.stringify({ model: "bench-model", messages: [{ role: "user", content: "Hello" }] });

/** Starts `command`, asks for a chat answer until there is one, lets it rest and ends it. */
export async function measureBoot(
  command: (port: number) => string[],
  options: { env?: Record<string, string>; cwd?: string; token: string; restMs: number },
): Promise<Boot> {
  const port = await freePort();
  const began = performance.now();
  const child = Bun.spawn(pinned("proxy", command(port)), {
    env: environment(options.env),
    stdout: "ignore",
    stderr: "ignore",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  try {
    while (!(await answers(port, options.token))) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      await Bun.sleep(0.5);
    }
    const milliseconds = performance.now() - began;
    await Bun.sleep(options.restMs);
    return {
      milliseconds,
      idleMegabytes: residentMegabytes(child.pid),
      cpuMilliseconds: cpuNanoseconds(child.pid) / 1e6,
    };
  } finally {
    child.kill();
    await child.exited;
  }
}

async function answers(port: number, token: string): Promise<boolean> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: CHAT,
    });
    await reply.text();
    return reply.status === 200;
  } catch {
    return false;
  }
}

/** Wall time of `freellm --version` in milliseconds. */
export async function measureVersion(): Promise<number> {
  const began = performance.now();
  await Bun.spawn([BINARY, "--version"], { env: environment(), stdout: "ignore", stderr: "ignore" }).exited;
  return performance.now() - began;
}

/** A terminal that nobody looks at shows what the dashboard draws. */
const SCREEN = { cols: 120, rows: 40 };
const DASH_MS = 10_000;

export interface FirstPicture {
  milliseconds: number;
  residentMegabytes: number;
}

/**
 * From starting `freellm dash`, on a terminal, to the first picture that shows `sign`, which the server of `home` has to
 * know: nothing that is drawn before the server was asked counts. Throws when it does not come in time.
 */
export async function measureDash(home: string, sign: string): Promise<FirstPicture> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const decoder = new TextDecoder();
  let shown = "";
  const began = performance.now();
  const child = Bun.spawn([BINARY, "dash"], {
    cwd: home,
    env: environment({ FREELLM_HOME: home, HOME: home, TERM: "xterm-256color", LANG: "C.UTF-8" }),
    terminal: {
      ...SCREEN,
      data(_terminal, bytes) {
        shown += decoder.decode(bytes, { stream: true });
        if (shown.includes(sign)) resolve(performance.now() - began);
      },
    },
  });
  const late = setTimeout(() => resolve(Number.NaN), DASH_MS);
  try {
    const milliseconds = await promise;
    if (Number.isNaN(milliseconds)) throw new Error(`the dashboard did not show ${sign}: ${shown}`);
    return { milliseconds, residentMegabytes: residentMegabytes(child.pid) };
  } finally {
    clearTimeout(late);
    child.kill();
    await child.exited;
  }
}
