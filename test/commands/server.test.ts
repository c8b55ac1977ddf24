/** Commands beside a server: how it is found, what it is asked, and how it stops. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemProcesses } from "../../src/core/store/lock.ts";
import {
  addCustomKey,
  BINARY,
  cli,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "../support/binary.ts";
import { answer } from "../support/steps.ts";
import { startUpstream } from "../support/upstream.ts";
import { KEY, onTerminal } from "./terminal.ts";

beforeAll(ensureBinary);

describe("with a running server", () => {
  const folder = temporaryFolder();
  const home = folder.path;
  let freellm: Freellm;

  beforeAll(async () => {
    freellm = await startFreellm({ home });
  });
  afterAll(async () => {
    await freellm.stop();
    folder[Symbol.dispose]();
  });

  it("status describes it", async () => {
    const { code, stdout } = await cli(home, ["status", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      servers: [{ url: freellm.url, pid: freellm.pid, keys: {}, totals: { requests: 0 } }],
    });
    expect((await cli(home, ["status"])).stdout).toContain(freellm.url);
  });

  it("has its port for itself: a server of another home does not get it, nor half of the requests", async () => {
    using other = temporaryFolder();
    const { port } = new URL(freellm.url);
    const { code, stdout, stderr } = await cli(other.path, ["serve", "--port", port]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`freellm: error: Port ${port} on 127.0.0.1 is taken.`);
    expect(stderr).toContain("--port");
  });

  it("changes act at once, and are the same for everybody", async () => {
    await addCustomKey(home, { name: "one", baseUrl: "http://127.0.0.1:9/v1", key: null });
    const { servers } = JSON.parse((await cli(home, ["status", "--json"])).stdout);
    expect(servers[0].keys).toEqual({ unknown: 1 });
    const byUrl = await cli("/", ["keys", "list", "--json", "--url", freellm.url], {
      env: {
        FREELLM_HOME: join(home, "elsewhere"),
        FREELLM_ADMIN_TOKEN: readFileSync(join(home, "admin-token"), "utf8").trim(),
      },
    });
    expect(JSON.parse(byUrl.stdout).keys).toMatchObject([{ id: "one-1" }]);
    expect(existsSync(join(home, "elsewhere"))).toBe(false);
  });

  it("errors of the server read like those of the program", async () => {
    const { code, stderr } = await cli(home, ["keys", "rm", "groq-7", "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toBe('freellm: error: There is no key "groq-7".\nfreellm: hint: See: freellm keys list\n');
    expect((await cli(home, ["keys", "add", "nobody"], { stdin: "made-up\n" })).code).toBe(2);
  });

  it("a wrong admin token is refused in words", async () => {
    const { code, stderr } = await cli(home, ["status", "--url", freellm.url], {
      env: { FREELLM_ADMIN_TOKEN: "made-up" },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("does not accept the admin token");
  });

  it("takes no notice of a proxy in the environment", async () => {
    const { code } = await cli(home, ["status"], { env: { HTTP_PROXY: "http://127.0.0.1:9" } });
    expect(code).toBe(0);
  });

  it("keeps address and token to the user", () => {
    for (const name of ["server.json", "admin-token"]) {
      expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
    }
  });

  it("never prints the client's token", () => {
    expect(freellm.stdout()).toContain("/v1");
    expect(freellm.stdout() + freellm.stderr()).not.toContain(freellm.token);
  });

  it("freellm alone says that it runs", async () => {
    expect((await cli(home, [])).stdout).toMatch(/^freellm is running/);
  });
});

describe("without a server", () => {
  it("status exits with 3", async () => {
    using folder = temporaryFolder();
    const { code, stderr } = await cli(folder.path, ["status"]);
    expect(code).toBe(3);
    expect(stderr).toBe("freellm: error: No server is running.\nfreellm: hint: Start one: freellm serve\n");
    const json = await cli(folder.path, ["status", "--json"]);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 1, error: { code: "no_server" } });
  });

  it("an announcement of a dead process, or of another one with its number, is none", async () => {
    using folder = temporaryFolder();
    const announce = (pid: number, startedAt: string): void =>
      writeFileSync(
        join(folder.path, "server.json"),
        JSON.stringify({ pid, startedAt, url: "http://127.0.0.1:9", version: "0.0.0" }),
      );
    announce(2 ** 22 + 1, "long-ago");
    expect((await cli(folder.path, ["status"])).code).toBe(3);
    announce(process.pid, "another-birth");
    expect((await cli(folder.path, ["status"])).code).toBe(3);
    writeFileSync(join(folder.path, "server.json"), "{ not json");
    expect((await cli(folder.path, ["status"])).code).toBe(3);
  });

  it("a live server that does not answer is named by its process id", async () => {
    using folder = temporaryFolder();
    const { pid, birth } = systemProcesses();
    mkdirSync(folder.path, { recursive: true });
    writeFileSync(join(folder.path, "admin-token"), "made-up\n");
    writeFileSync(
      join(folder.path, "server.json"),
      JSON.stringify({ pid, startedAt: birth(pid), url: "http://127.0.0.1:9", version: "0.0.0" }),
    );
    const { code, stderr } = await cli(folder.path, ["keys", "list"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`process id ${pid}`);
  });
});

describe("the end of a server", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s ends it in good order", async (signal) => {
    using folder = temporaryFolder();
    const freellm = await startFreellm({ home: folder.path });
    process.kill(freellm.pid, signal);
    expect(await freellm.stop()).toBe(0);
    expect(existsSync(join(folder.path, "server.json"))).toBe(false);
    expect(existsSync(join(folder.path, "admin-token"))).toBe(false);
    expect((await cli(folder.path, ["status"])).code).toBe(3);
  });

  it("an answer that runs is finished first; a second signal does not wait for it", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const upstream = await startUpstream({ otherwise: answer({ delayMs: 60_000 }) });
    const freellm = await startFreellm({ home });
    try {
      await addCustomKey(home, { name: "slow", baseUrl: upstream.baseUrl, key: null });
      const running = fetch(`${freellm.baseUrl}/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${freellm.token}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hello" }] }),
      }).then(
        () => "answered",
        () => "cut",
      );
      while (upstream.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      process.kill(freellm.pid, "SIGTERM");
      while (!freellm.stderr().includes("stopping")) await new Promise((resolve) => setTimeout(resolve, 10));
      // What follows at once counts as the same signal.
      process.kill(freellm.pid, "SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(systemProcesses().birth(freellm.pid)).toBeDefined();
      expect(await freellm.stop()).toBe(143);
      expect(await running).toBe("cut");
    } finally {
      await upstream.stop();
    }
  });

  it("a port that is taken is named", async () => {
    using folder = temporaryFolder();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const { code, stderr } = await cli(folder.path, ["serve", "--port", String(port)]);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port}`);
    expect(stderr).toContain("freellm: hint: ");
  });
});

describe("serve --demo --tour", () => {
  it("stays on a terminal until Ctrl-C", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["serve", "--demo", "--tour"]);
    await session.see("export OPENAI_BASE_URL=http://127.0.0.1:");
    await session.see("failed     demo-groq");
    await session.see("served by");
    session.type(KEY.interrupt);
    expect(await session.exited).toBe(0);
  });
});

describe("the log", () => {
  it("is JSON lines where no terminal is", async () => {
    using folder = temporaryFolder();
    const freellm = await startFreellm({ home: folder.path });
    await freellm.stop();
    const lines = freellm
      .stderr()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: "info", message: /stopping/ }]);
  });

  it("has no colour in a pipe, and some where it is forced", async () => {
    using folder = temporaryFolder();
    const child = spawn(BINARY, [], {
      env: { HOME: folder.path, FREELLM_HOME: folder.path, FORCE_COLOR: "1" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let output = "";
    child.stdout.on("data", (bytes) => {
      output += bytes;
    });
    await once(child, "close");
    expect(output).toContain("\u001b[1m");
    const { stdout } = await cli(folder.path, [], { env: { NO_COLOR: "" } });
    expect(stdout).not.toContain("\u001b");
  });
});
