/** What is compared: no proxy at all, the floor, freellm, and nginx where it is installed. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, freePort, type Running, start } from "./process.ts";

export const BINARY = join(import.meta.dir, "../dist/freellm");
/** Failing endpoints in front of the good one, for the cost of a failover. */
export const HOPS = 19;

export interface Subject extends Running {
  token: string;
  /** The path of a call that has to hop; null where there is none. */
  hopPath: string | null;
  hopModel: string;
}

export interface Bench {
  subjects: Subject[];
  upstream: Running;
  home: string;
  folder: string;
  stop(): Promise<void>;
}

/** Runs one command of the program. */
export async function freellm(home: string, args: string[], stdin = ""): Promise<string> {
  const child = Bun.spawn([BINARY, ...args], {
    cwd: home,
    env: environment({ FREELLM_HOME: home, HOME: home }),
    stdin: new Blob([stdin]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`freellm ${args.join(" ")} failed: ${stderr}${stdout}`);
  return stdout.trim();
}

async function addEndpoint(home: string, name: string, baseUrl: string, model: string): Promise<void> {
  const args = ["keys", "add", "custom", "--name", name, "--base-url", baseUrl, "--model", model];
  await freellm(home, args, `bench-key-of-${name}-made-up\n`);
}

/** A fresh home with the good endpoint, and those that fail for the model `hop-model`. */
export async function makeHome(
  folder: string,
  name: string,
  upstreamPort: number,
  hops: number,
): Promise<string> {
  const home = join(folder, name);
  mkdirSync(home);
  const origin = `http://127.0.0.1:${upstreamPort}`;
  await addEndpoint(home, "bench", `${origin}/v1`, "bench-model");
  for (let hop = 1; hop <= hops; hop++) {
    await addEndpoint(home, `failing-${hop}`, `${origin}/failing-${hop}/v1`, "hop-model");
  }
  if (hops > 0) await addEndpoint(home, "last", `${origin}/last/v1`, "hop-model");
  return home;
}

export async function startFreellm(home: string, port: number): Promise<Running> {
  return await start("freellm", port, [BINARY, "serve", "--port", String(port)], {
    core: "proxy",
    env: { FREELLM_HOME: home, HOME: home },
    cwd: home,
  });
}

export async function startFloor(port: number, upstreamPort: number): Promise<Running> {
  const script = join(import.meta.dir, "floor.ts");
  const command = [process.execPath, script, String(port), `http://127.0.0.1:${upstreamPort}`];
  return await start("floor", port, command, { core: "proxy" });
}

async function startNginx(folder: string, port: number, upstreamPort: number): Promise<Running | undefined> {
  const nginx = Bun.which("nginx");
  if (nginx === null) return undefined;
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log /dev/null;
     events { worker_connections 4096; }
     http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; client_body_buffer_size 128k;
       upstream bench { server 127.0.0.1:${upstreamPort}; keepalive 1024; }
       server { listen 127.0.0.1:${port}; keepalive_requests 100000000;
         location / { proxy_pass http://bench; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } } }`,
  );
  return await start("nginx", port, [nginx, "-c", file, "-p", folder], { core: "proxy" });
}

export async function startAll(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), "freellm-bench-"));
  const upstreamPort = await freePort();
  const script = join(import.meta.dir, "upstream.ts");
  const upstream = await start("upstream", upstreamPort, [process.execPath, script, String(upstreamPort)], {
    core: "other",
  });
  const plain = { token: "none", hopPath: null, hopModel: "hop-model" };
  const subjects: Subject[] = [{ ...upstream, name: "direct", ...plain }];
  const floor = await startFloor(await freePort(), upstreamPort);
  subjects.push({ ...floor, ...plain, hopPath: `/hops-${HOPS}/v1/chat/completions` });
  const home = await makeHome(folder, "home", upstreamPort, HOPS);
  const proxy = await startFreellm(home, await freePort());
  const token = await freellm(home, ["token"]);
  subjects.push({ ...proxy, token, hopPath: "/v1/chat/completions", hopModel: "hop-model" });
  const nginx = await startNginx(folder, await freePort(), upstreamPort);
  if (nginx !== undefined) subjects.push({ ...nginx, ...plain });
  return {
    subjects,
    upstream,
    home,
    folder,
    async stop() {
      await Promise.all(subjects.map((subject) => subject.stop()));
    },
  };
}
