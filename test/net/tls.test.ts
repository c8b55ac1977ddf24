import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { connectProxy, type ProxyServer, socksProxy } from "./proxy-servers.ts";
import type { Listener } from "./scripted.ts";
import { selfSigned } from "./self-signed.ts";
import { expired, forApi, forLocalhost, testAuthority } from "./test-authority.ts";

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface TlsServer {
  port: number;
  /** Each connection that was accepted, by the name that the client asked for. */
  readonly names: (string | false)[];
  /** Requests that got through, by path and Host. */
  readonly requests: string[];
}

async function serveTls(certificate: { key: string; cert: string }): Promise<TlsServer> {
  const names: (string | false)[] = [];
  const requests: string[] = [];
  const server = tls.createServer(certificate, (socket) => {
    names.push(socket.servername ?? false);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const head = bytes.toString("latin1");
      requests.push(`${head.split(" ")[1]} ${/\r\nhost: ([^\r]*)/i.exec(head)?.[1]}`);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, names, requests };
}

async function open<T extends Listener>(starting: Promise<T>): Promise<T> {
  const listener = await starting;
  cleanups.push(() => listener.close());
  return listener;
}

/** What became of the calls, in a process that trusts the tests' authority and whose environment is against us. */
async function outcomes(calls: { url: string; proxy?: string; bytes?: number }[]): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), "freellm-tls-"));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  const authority = join(directory, "authority.crt");
  writeFileSync(authority, testAuthority + expired.cert);
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "call-tls.ts")], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    stdin: new Blob([JSON.stringify(calls)]),
    stderr: "pipe",
  });
  const result: unknown = await new Response(child.stdout).json();
  expect(await new Response(child.stderr).text()).not.toMatch(/experimental/i);
  if (!Array.isArray(result)) throw new Error("no list");
  return result;
}

const ROUTES: [string, (() => Promise<ProxyServer>) | null, string][] = [
  ["at the checked address", null, ""],
  ["through a CONNECT proxy", connectProxy, "http"],
  ["through a SOCKS5 proxy", socksProxy, "socks5"],
];

describe.each(ROUTES)("TLS %s", (_, startProxy, scheme) => {
  test("asks for the name in the base URL, and takes a certificate for no other", async () => {
    const server = await serveTls(forApi);
    const proxy = startProxy ? await open(startProxy()) : null;
    const more = proxy ? { proxy: `${scheme}://127.0.0.1:${proxy.port}` } : {};
    const { port } = server;
    const names = ["api.test.example", "other.test.example", "api.test.example", "other.test.example"];
    const calls = names.map((name) => ({ url: `https://${name}:${port}/${name}`, ...more }));
    expect(await outcomes(calls)).toEqual(["200 ok", "generic/tls", "200 ok", "generic/tls"]);
    expect(server.requests).toEqual(Array(2).fill(`/api.test.example api.test.example:${port}`));
    expect(new Set(server.names)).toContain("api.test.example");
    if (proxy) expect(proxy.targets).toContain(`api.test.example:${port}`);
  });

  test("takes no certificate that nobody vouches for", async () => {
    const server = await serveTls(selfSigned);
    const proxy = startProxy ? await open(startProxy()) : null;
    const more = proxy ? { proxy: `${scheme}://127.0.0.1:${proxy.port}` } : {};
    expect(await outcomes([{ url: `https://api.test.example:${server.port}/`, ...more }])).toEqual([
      "generic/tls",
    ]);
    expect(server.requests).toEqual([]);
  });
});

test("an address in the base URL needs a certificate for that address", async () => {
  const server = await serveTls(forApi);
  expect(await outcomes([{ url: `https://127.0.0.1:${server.port}/` }])).toEqual(["generic/tls"]);
  expect(server.requests).toEqual([]);
});

test("carries large bodies both ways, one call after the other on one connection, by HTTP/1.1 alone", async () => {
  const protocols: (string | false | null)[] = [];
  const size = 12_000_000;
  const server = tls.createServer({ ...forApi, ALPNProtocols: ["h2", "http/1.1"] }, (socket) => {
    protocols.push(socket.alpnProtocol);
    let left = 0;
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const head = bytes.indexOf("\r\n\r\n");
      if (left === 0) left = size + head + 4;
      left -= bytes.length;
      if (left === 0) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n${"y".repeat(size)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const call = { url: `https://api.test.example:${address.port}/`, bytes: size };
  expect(await outcomes([call, call, call])).toEqual(Array(3).fill(`200 ${size}`));
  expect(protocols).toEqual(["http/1.1"]);
});

test("a connection is let go of, even when its server never closes it", async () => {
  let first: tls.TLSSocket | null = null;
  let gone = false;
  const options = { ...forApi, allowHalfOpen: true };
  const server = tls.createServer(options, (socket) => {
    socket.on("error", () => {});
    const answer = (text: string): void => {
      socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
    };
    socket.on("data", async () => {
      if (first === null) {
        first = socket.on("close", () => {
          gone = true;
        });
        answer("ok");
        return;
      }
      // What is written to nobody is turned away.
      for (let turn = 0; turn < 100 && !gone; turn++) {
        first.write("x");
        await Bun.sleep(10);
      }
      answer(gone ? "gone" : "there");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const call = { url: `https://api.test.example:${address.port}/` };
  expect(await outcomes([call, call])).toEqual(["200 ok", "200 gone"]);
});

test("a certificate that has run out is not taken", async () => {
  const server = await serveTls(expired);
  expect(await outcomes([{ url: `https://api.test.example:${server.port}/` }])).toEqual(["generic/tls"]);
  expect(server.requests).toEqual([]);
});

test.each([
  ["verified as well", selfSigned, "generic/tls"],
  ["used when it is right", forLocalhost, "200 ok"],
])("an https proxy is %s", async (_, certificate, outcome) => {
  const server = await serveTls(forApi);
  const tunnels: string[] = [];
  const proxy = tls.createServer(certificate, (socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      tunnels.push(bytes.toString("latin1").split(" HTTP")[0] ?? "");
      const target = net.connect(server.port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        target.pipe(socket);
        socket.pipe(target);
      });
      target.on("error", () => {});
    });
  });
  proxy.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => void proxy.close());
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const calls = [{ url: "https://api.test.example/v1", proxy: `https://localhost:${address.port}` }];
  expect(await outcomes(calls)).toEqual([outcome]);
  const passed = certificate === forLocalhost;
  expect(tunnels).toEqual(passed ? ["CONNECT api.test.example:443"] : []);
  expect(server.requests).toEqual(passed ? ["/v1 api.test.example"] : []);
});
