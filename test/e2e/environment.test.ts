/** The compiled program in an environment made to weaken or divert it: one process, and calls that take no notice. */
import { readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectProxy, type ProxyServer, socksProxy } from "../net/proxy-servers.ts";
import { selfSigned } from "../net/self-signed.ts";
import { forApi, forLocalhost, testAuthority } from "../net/test-authority.ts";
import {
  addCustomKey,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "../support/binary.ts";
import { HELLO } from "../support/stage.ts";
import { answer } from "../support/steps.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const cleanups: (() => unknown)[] = [];

beforeAll(ensureBinary);
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function emptyHome(): string {
  const folder = temporaryFolder();
  cleanups.push(() => folder[Symbol.dispose]());
  return folder.path;
}

async function upstreamThat(options: Parameters<typeof startUpstream>[0] = {}): Promise<Upstream> {
  const upstream = await startUpstream(options);
  cleanups.push(() => upstream.stop());
  return upstream;
}

async function serving(home: string, baseUrl: string, env: Record<string, string>): Promise<Freellm> {
  await addCustomKey(home, { name: "only", baseUrl, key: "sk-made-up-only" });
  const freellm = await startFreellm({ home, env });
  cleanups.push(() => freellm.stop());
  return freellm;
}

/** The first line of the reply. On a socket of its own: the client must not be what holds calls back. */
function ask({ url, token }: Freellm): Promise<string> {
  const body = JSON.stringify({ model: "test-model", messages: HELLO });
  const { hostname, port } = new URL(url);
  const lines = [
    "POST /v1/chat/completions HTTP/1.1",
    `host: ${hostname}:${port}`,
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () =>
      socket.write(`${lines.join("\r\n")}\r\nconnection: close\r\n\r\n${body}`),
    );
    let reply = "";
    socket.on("data", (bytes) => {
      reply += bytes;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(reply.split("\r\n")[0] ?? ""));
  });
}

it.runIf(process.platform === "linux")(
  "serve is executed once, and keeps the environment it was given",
  async () => {
    const env = { BUN_CONFIG_MAX_HTTP_REQUESTS: "8", HTTPS_PROXY: "http://127.0.0.1:1" };
    const freellm = await startFreellm({ home: emptyHome(), env });
    cleanups.push(() => freellm.stop());
    const seen = readFileSync(`/proc/${freellm.pid}/environ`, "utf8").split("\0");
    expect(seen).toEqual(
      expect.arrayContaining(Object.entries(env).map(([name, value]) => `${name}=${value}`)),
    );
  },
);

const CALLS = 600;

describe("calls at once", () => {
  it.each([
    ["without a word from the environment", {}],
    ["whatever limit the environment sets", { BUN_CONFIG_MAX_HTTP_REQUESTS: "8" }],
  ])("600 are open at the provider, %s", { timeout: 30_000 }, async (_, env) => {
    const allOpen = Promise.withResolvers<void>();
    let open = 0;
    const upstream = await upstreamThat({
      otherwise: async (exchange) => {
        open++;
        if (open === CALLS) allOpen.resolve();
        await allOpen.promise;
        await answer()(exchange);
      },
    });
    const freellm = await serving(emptyHome(), upstream.baseUrl, env);
    const replies = await Promise.all(Array.from({ length: CALLS }, () => ask(freellm)));
    expect(new Set(replies)).toEqual(new Set(["HTTP/1.1 200 OK"]));
    expect(open).toBe(CALLS);
  });
});

/** The upstream behind TLS, on a port of its own. */
async function secured(upstream: Upstream, certificate: { key: string; cert: string }): Promise<number> {
  const server = tls.createServer(certificate, (socket) => {
    const behind = net.connect(upstream.port, "127.0.0.1");
    for (const end of [socket, behind]) end.on("error", () => {});
    socket.pipe(behind).pipe(socket);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function proxyThat(starting: Promise<ProxyServer>): Promise<ProxyServer> {
  const proxy = await starting;
  cleanups.push(() => proxy.close());
  return proxy;
}

/** Every way in which an environment names a proxy. */
function namedBy(proxy: ProxyServer): Record<string, string> {
  const url = `http://127.0.0.1:${proxy.port}`;
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  return Object.fromEntries(names.map((name) => [name, url]));
}

/** Home with the tests' authority, and the environment that trusts it while it switches all checks off. */
function trusting(home: string): Record<string, string> {
  const file = join(home, "authority.crt");
  writeFileSync(file, testAuthority);
  return { NODE_EXTRA_CA_CERTS: file, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
}

describe("certificates", () => {
  it.each([
    ["that nobody vouches for is not taken", selfSigned, "HTTP/1.1 502 Bad Gateway", 0],
    ["of an authority from NODE_EXTRA_CA_CERTS is", forLocalhost, "HTTP/1.1 200 OK", 1],
    ["for another name is not", forApi, "HTTP/1.1 502 Bad Gateway", 0],
  ])("one %s, with NODE_TLS_REJECT_UNAUTHORIZED=0", async (_, certificate, outcome, calls) => {
    const upstream = await upstreamThat();
    const port = await secured(upstream, certificate);
    const home = emptyHome();
    const freellm = await serving(home, `https://localhost:${port}/v1`, trusting(home));
    expect(await ask(freellm)).toBe(outcome);
    expect(upstream.calls.length).toBe(calls);
  });

  it.each(["http", "socks5"])("are judged alike through a proxy by %s", async (kind) => {
    const outcomes: string[] = [];
    for (const certificate of [forApi, forLocalhost, selfSigned]) {
      const upstream = await upstreamThat();
      const port = await secured(upstream, certificate);
      const proxy = await proxyThat(kind === "http" ? connectProxy() : socksProxy());
      const home = emptyHome();
      const env = { ...trusting(home), FREELLM_PROXY: `${kind}://127.0.0.1:${proxy.port}`, NO_PROXY: "*" };
      const freellm = await serving(home, `https://api.test.example:${port}/v1`, env);
      outcomes.push(`${(await ask(freellm)).slice(9, 12)} ${upstream.calls.length}`);
      // NO_PROXY is as little heard as the others.
      expect(new Set(proxy.targets)).toEqual(new Set([`api.test.example:${port}`]));
    }
    expect(outcomes).toEqual(["200 1", "502 0", "502 0"]);
  });
});

it("a proxy of the environment sees no call, plain or by TLS", async () => {
  const proxy = await proxyThat(connectProxy());
  const upstream = await upstreamThat();
  for (const baseUrl of [upstream.baseUrl, `https://localhost:${await secured(upstream, forLocalhost)}/v1`]) {
    const home = emptyHome();
    const freellm = await serving(home, baseUrl, { ...trusting(home), ...namedBy(proxy) });
    expect(await ask(freellm)).toBe("HTTP/1.1 200 OK");
  }
  expect(upstream.calls.length).toBe(2);
  expect(proxy.targets).toEqual([]);
});
