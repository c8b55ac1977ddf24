/** A proxy of a key's own: everything that is done with the key goes through it, and nobody is shown its password. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectProxy, type ProxyServer, socksProxy } from "../net/proxy-servers.ts";
import { cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";
import { clientOf, HELLO } from "../support/stage.ts";
import { type KeyHost, startKeyHost } from "./key-host.ts";

const SECRET = "sk-made-up-far-1111";
const PASSWORD = "made-up-word";

let host: KeyHost;
let http: ProxyServer;
let socks: ProxyServer;
beforeAll(async () => {
  await ensureBinary();
  [host, http, socks] = await Promise.all([startKeyHost(SECRET), connectProxy(), socksProxy()]);
});
afterAll(async () => {
  http.close();
  socks.close();
  await host.stop();
});

/** An address that only the proxies lead to: they connect to this machine. */
const far = (): string => host.baseUrl.replace("127.0.0.1", "10.1.2.3");
const target = (): string => far().replace(/^http:\/\/|\/v1$/g, "");

async function listed(home: string): Promise<Record<string, unknown>[]> {
  return JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout).keys;
}

/** How many tunnels a piece of work opened, by which proxy. */
async function tunnels(work: () => Promise<unknown>): Promise<{ http: number; socks: number }> {
  const before = { http: http.targets.length, socks: socks.targets.length };
  await work();
  return { http: http.targets.length - before.http, socks: socks.targets.length - before.socks };
}

describe("the proxy of a key", () => {
  it("carries what adds, tests, lists and uses the key", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const proxy = `http://me:${PASSWORD}@127.0.0.1:${http.port}`;
    const args = ["keys", "add", "custom", "--name", "far", "--base-url", far(), "--proxy-from-env", "WAY"];
    const adding = await tunnels(async () => {
      const added = await cli(home, [...args, "--test"], { stdin: `${SECRET}\n`, env: { WAY: proxy } });
      expect(added.code).toBe(0);
      expect(added.stderr).not.toMatch(/password|could not/);
    });
    expect(adding, "the list of models and the test").toEqual({ http: 2, socks: 0 });
    expect(http.logins).toContain(`me:${PASSWORD}`);
    expect(http.targets.at(-1)).toBe(target());
    expect(await listed(home)).toMatchObject([{ id: "far-1", proxy: `http://127.0.0.1:${http.port}` }]);
    const { stdout } = await cli(home, ["keys", "list"]);
    expect(stdout).toContain(`through http://127.0.0.1:${http.port}`);
    const test = await cli(home, ["keys", "test", "far-1", "--json"]);
    expect(JSON.parse(test.stdout).probes).toMatchObject([{ result: "valid" }]);

    const moved = await cli(home, ["keys", "edit", "far-1", "--proxy", `socks5://127.0.0.1:${socks.port}`]);
    expect(moved.stdout).toContain(`through socks5://127.0.0.1:${socks.port}`);
    const refreshing = await tunnels(() => cli(home, ["models", "refresh", "far", "--dry-run"]));
    expect(refreshing).toEqual({ http: 0, socks: 1 });
    const freellm = await startFreellm({ home, env: { FREELLM_PROXY: "http://127.0.0.1:1" } });
    try {
      const calling = await tunnels(async () => {
        const answer = await clientOf(freellm).chat.completions.create({ model: "m", messages: HELLO });
        expect(answer.choices[0]?.message.content).toBe("ok");
      });
      expect(calling).toEqual({ http: 0, socks: 1 });
      const edited = await cli(home, ["keys", "edit", "far-1", "--proxy", proxy, "--json"]);
      expect(JSON.parse(edited.stdout).keys).toMatchObject([{ proxy: `http://127.0.0.1:${http.port}` }]);
      expect(edited.stderr, "a password as an argument").toContain("--proxy-from-env");
      const rotating = await tunnels(() =>
        cli(home, ["keys", "rotate", "far-1"], { stdin: "sk-made-up-bad-2222\n" }),
      );
      expect(rotating).toEqual({ http: 1, socks: 0 });
      expect(freellm.stdout() + freellm.stderr()).not.toContain(PASSWORD);
    } finally {
      await freellm.stop();
    }
  });

  it("goes past the one of the settings with `direct`, and leaves it to them when it is taken away", async () => {
    using folder = temporaryFolder();
    const env = { FREELLM_PROXY: `socks5://127.0.0.1:${socks.port}` };
    const run = (...args: string[]) => cli(folder.path, args, { env, stdin: `${SECRET}\n` });
    await run("keys", "add", "groq", "--base-url", far(), "--no-test");
    expect(await tunnels(() => run("keys", "test"))).toEqual({ http: 0, socks: 1 });
    await run("keys", "edit", "groq-1", "--base-url", host.baseUrl, "--proxy", "direct");
    expect((await run("keys", "list")).stdout).toContain("without a proxy");
    expect(await tunnels(() => run("keys", "test"))).toEqual({ http: 0, socks: 0 });
    await run("keys", "edit", "groq-1", "--proxy", "", "--base-url", far());
    expect(await listed(folder.path)).toMatchObject([{ proxy: null }]);
    expect(await tunnels(() => run("keys", "test"))).toEqual({ http: 0, socks: 1 });
  });

  it.each(["ftp://me:made-up-word@proxy.example", "http://me:made-up-word@proxy.example/path"])(
    "is refused where it is none, without being repeated: %s",
    async (proxy) => {
      using folder = temporaryFolder();
      const args = ["keys", "add", "groq", "--proxy-from-env", "WAY"];
      const added = await cli(folder.path, args, { stdin: `${SECRET}\n`, env: { WAY: proxy } });
      expect(added.code).toBe(2);
      expect(added.stderr).toMatch(/^freellm: error: .*proxy/m);
      expect(added.stderr).toContain("freellm: hint: ");
      expect(added.stdout + added.stderr).not.toContain(PASSWORD);
      expect(await listed(folder.path)).toEqual([]);
    },
  );
});
