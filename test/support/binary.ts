/** The compiled program, as users run it: built once, started in an empty home and an empty directory. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
/** `FREELLM_TEST_BINARY` puts another build to the test, for example the one out of a package. */
const GIVEN = process.env.FREELLM_TEST_BINARY;
export const BINARY = GIVEN ?? join(ROOT, process.platform === "win32" ? "dist/freellm.exe" : "dist/freellm");
const BUILD_LOCK = join(ROOT, "dist/.building");
const READY_MS = 10_000;

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Freellm {
  /** `http://127.0.0.1:PORT`, without `/v1`. */
  url: string;
  /** For SDKs. */
  baseUrl: string;
  token: string;
  home: string;
  pid: number;
  stdout(): string;
  stderr(): string;
  /** SIGTERM; gives the exit code once the process is gone. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
}

export interface CustomKey {
  name: string;
  baseUrl: string;
  key: string | null;
  models?: string[];
  account?: string;
  /** Context window of its models, in tokens. */
  context?: number;
  limits?: { rpm?: number; rpd?: number; tpm?: number; tpd?: number; concurrency?: number };
}

/** Builds `dist/freellm` unless it is newer than every source. Safe to call from several test files at once. */
export async function ensureBinary(): Promise<void> {
  while (isStale()) {
    try {
      await mkdir(join(ROOT, "dist"), { recursive: true });
      await mkdir(BUILD_LOCK);
    } catch {
      await sleep(200);
      removeAbandonedLock();
      continue;
    }
    const startedAt = new Date();
    try {
      const { code, stdout, stderr } = await run("npm", ["run", "--silent", "build"], {
        cwd: ROOT,
        env: process.env,
      });
      if (code !== 0) throw new Error(`the build failed:\n${stdout}\n${stderr}`);
      // What changed meanwhile may be missing in it: it is as old as its beginning.
      utimesSync(BINARY, startedAt, startedAt);
    } finally {
      rmSync(BUILD_LOCK, { recursive: true, force: true });
    }
  }
}

/** A build takes seconds: a lock this old is that of one that was killed. */
const LONGEST_BUILD_MS = 60_000;

function removeAbandonedLock(): void {
  try {
    if (Date.now() - statSync(BUILD_LOCK).mtimeMs > LONGEST_BUILD_MS) rmdirSync(BUILD_LOCK);
  } catch {
    // It is gone: the build is over.
  }
}

function isStale(): boolean {
  if (GIVEN !== undefined) return false;
  if (!existsSync(BINARY)) return true;
  const built = statSync(BINARY).mtimeMs;
  return ["src", "bin", "package.json"].some((path) => newest(join(ROOT, path)) > built);
}

function newest(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((entry) => newest(join(path, entry))));
}

/** An empty folder that `dispose` removes; also works with `using`. */
export function temporaryFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "freellm-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Nothing of the developer's own environment reaches the program. */
function cleanEnvironment(home: string, more: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: home, FREELLM_HOME: home, NO_COLOR: "1", ...more };
}

/** Runs one command to its end. `stdin` is closed when left out. */
export async function cli(
  home: string,
  args: string[],
  options: { stdin?: string; env?: Record<string, string>; cwd?: string } = {},
): Promise<CliResult> {
  return await run(BINARY, args, {
    cwd: options.cwd ?? home,
    env: cleanEnvironment(home, options.env),
    stdin: options.stdin ?? "",
  });
}

/** Adds a custom endpoint or one more key to it, as a script would: the key comes in by stdin. */
export async function addCustomKey(home: string, custom: CustomKey): Promise<void> {
  const args = ["keys", "add", "custom", "--name", custom.name, "--base-url", custom.baseUrl];
  for (const model of custom.models ?? ["test-model"]) args.push("--model", model);
  if (custom.account !== undefined) args.push("--account", custom.account);
  if (custom.context !== undefined) args.push("--context", String(custom.context));
  for (const [name, cap] of Object.entries(custom.limits ?? {})) args.push(`--${name}`, String(cap));
  if (custom.key === null) args.push("--keyless");
  const result = await cli(home, args, { stdin: custom.key === null ? "" : `${custom.key}\n` });
  if (result.code !== 0)
    throw new Error(`keys add failed (${result.code}): ${result.stderr}${result.stdout}`);
}

/** The same at a server that runs, through its admin interface: no process for each key. */
export async function addCustomKeyTo(
  { url, home }: Pick<Freellm, "url" | "home">,
  custom: CustomKey,
): Promise<void> {
  const { name, baseUrl, key, models = ["test-model"], account, context, limits } = custom;
  const command = {
    ...{ type: "key-add", provider: "custom", name, baseUrl, secret: key, models },
    ...(account === undefined ? {} : { account }),
    ...(context === undefined ? {} : { context }),
    ...(limits === undefined ? {} : { limits }),
  };
  const token = readFileSync(join(home, "admin-token"), "utf8").trim();
  const reply = await fetch(`${url}/admin/commands`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(command),
  });
  if (!reply.ok) throw new Error(`key-add failed (${reply.status}): ${await reply.text()}`);
}

/** Starts `serve` on a free port and waits until it answers. */
export async function startFreellm(options: {
  home: string;
  env?: Record<string, string>;
  args?: string[];
  cwd?: string;
}): Promise<Freellm> {
  const { home } = options;
  const child = spawn(BINARY, ["serve", "--port", "0", ...(options.args ?? [])], {
    cwd: options.cwd ?? home,
    env: cleanEnvironment(home, options.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes) => {
    stdout += bytes;
  });
  child.stderr.on("data", (bytes) => {
    stderr += bytes;
  });
  let exited = false;
  const exit = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => {
      exited = true;
      resolve(code);
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("freellm could not be started");
  const deadline = Date.now() + READY_MS;
  let url: string | undefined;
  while (url === undefined) {
    if (exited) throw new Error(`freellm ended at once:\n${stdout}\n${stderr}`);
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`freellm was not ready in ${READY_MS} ms:\n${stdout}\n${stderr}`);
    }
    await sleep(5);
    url = announcedUrl(home, pid);
  }
  const token = (await cli(home, ["token"])).stdout.trim();
  return {
    url,
    baseUrl: `${url}/v1`,
    token,
    home,
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    async stop() {
      child.kill("SIGTERM");
      return await exit;
    },
    async kill9() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

/** The address in `server.json`, if this very process wrote it. */
function announcedUrl(home: string, pid: number): string | undefined {
  try {
    const announced = JSON.parse(readFileSync(join(home, "server.json"), "utf8"));
    return announced.pid === pid ? announced.url : undefined;
  } catch {
    return undefined;
  }
}

function run(
  command: string,
  args: string[],
  options: { cwd: string; env: Record<string, string | undefined>; stdin?: string },
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes) => {
      stdout += bytes;
    });
    child.stderr.on("data", (bytes) => {
      stderr += bytes;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.on("error", () => {});
    child.stdin.end(options.stdin ?? "");
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
