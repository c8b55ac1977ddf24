import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createOutbound } from "../../src/core/net/outbound.ts";
import { ReplyTooLargeError } from "../../src/core/net/reply.ts";
import type { OutboundRequest, OutboundResponse } from "../../src/core/ports.ts";
import { classifyError } from "../../src/providers/classify/transport.ts";
import { connectProxy, type ProxyServer, socksProxy } from "./proxy-servers.ts";
import { fixedClock, type Listener, listen, listenHttp, resolverOf } from "./scripted.ts";

const listeners: Listener[] = [];

afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

async function open<T extends Listener>(starting: Promise<T>): Promise<T> {
  const listener = await starting;
  listeners.push(listener);
  return listener;
}

const LOGIN = "me:made-up word";
const KINDS = ["http", "socks5"] as const;

function start(kind: (typeof KINDS)[number]): Promise<ProxyServer> {
  return open(kind === "http" ? connectProxy() : socksProxy({ login: LOGIN }));
}

const urlOf = (kind: string, port: number): string => `${kind}://me:made-up%20word@127.0.0.1:${port}`;

function caller(proxy: string | null, resolver = resolverOf({})) {
  const outbound = createOutbound({ clock: fixedClock(), resolver, proxy });
  return (url: string, more: Partial<OutboundRequest> = {}): Promise<OutboundResponse> =>
    outbound.send({ url, method: "GET", headers: {}, signal: new AbortController().signal, ...more });
}

/** How a call that failed is told. */
async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  const failure = classifyError({ name: "Example" }, error);
  expect(JSON.stringify(failure)).not.toContain("made-up");
  return failure;
}

describe.each(KINDS)("a proxy by %s", (kind) => {
  test("carries the call, resolves the name, and is told who logs in", async () => {
    const server = await open(listenHttp());
    const proxy = await start(kind);
    const resolver = resolverOf({});
    const get = caller(urlOf(kind, proxy.port), resolver);
    const reply = await get(`http://box.lan:${server.port}/v1/models`, { method: "POST", body: "" });
    expect(reply.status).toBe(200);
    expect(await reply.text(100)).toBe(`POST /v1/models box.lan:${server.port}`);
    expect(proxy.targets).toEqual([`box.lan:${server.port}`]);
    expect(proxy.logins).toEqual([LOGIN]);
    expect(server.connections()).toBe(1);
    expect(resolver.asked, "nothing is told to the local resolver").toEqual([]);
  });

  test("is not used for this machine, nor for a key that goes direct", async () => {
    const server = await open(listenHttp());
    const proxy = await start(kind);
    const get = caller(urlOf(kind, proxy.port), resolverOf({ "box.lan": [["127.0.0.1"]] }));
    for (const host of ["127.0.0.1", "localhost"]) {
      expect((await get(`http://${host}:${server.port}/`)).status).toBe(200);
    }
    expect((await get(`http://box.lan:${server.port}/`, { proxy: "direct" })).status).toBe(200);
    expect(proxy.connections()).toBe(0);
  });

  test("of a key goes before the one for all", async () => {
    const server = await open(listenHttp());
    const proxy = await start(kind);
    const own = await start(kind);
    const get = caller(urlOf(kind, proxy.port));
    await (await get(`http://box.lan:${server.port}/`, { proxy: urlOf(kind, own.port) })).text(100);
    expect([proxy.connections(), own.connections()]).toEqual([0, 1]);
  });

  test("that is down lets nothing go direct", async () => {
    const server = await open(listenHttp());
    const down = await start(kind);
    down.close();
    const resolver = resolverOf({ "box.lan": [["127.0.0.1"]] });
    const get = caller(urlOf(kind, down.port), resolver);
    for (let call = 0; call < 3; call++) {
      expect(await failureOf(get(`http://box.lan:${server.port}/`))).toEqual({
        kind: "transport",
        scope: "provider",
        rule: "outbound/proxy-unreachable",
        message: expect.stringMatching(
          `^The proxy ${kind}://127\\.0\\.0\\.1:${down.port} could not be reached\\. `,
        ),
        unsent: true,
      });
    }
    expect(server.connections()).toBe(0);
    expect(resolver.asked).toEqual([]);
  });

  test("still does not reach metadata and link-local addresses", async () => {
    const proxy = await start(kind);
    const get = caller(urlOf(kind, proxy.port));
    for (const host of ["169.254.169.254", "[fe80::1]", "metadata.google.internal"]) {
      expect(await failureOf(get(`https://${host}/`))).toMatchObject({ kind: "config" });
    }
    expect(proxy.connections()).toBe(0);
  });

  test("does not get to see what a request names inside of a network", async () => {
    const proxy = await start(kind);
    const answers = { "images.test.example": [["10.0.0.7"]] };
    const get = caller(urlOf(kind, proxy.port), resolverOf(answers));
    const call = get("http://images.test.example/cat.png", { publicOnly: true });
    expect(await failureOf(call)).toMatchObject({ rule: "outbound/not-public" });
    expect(proxy.connections()).toBe(0);
  });

  test("keeps connections open, unless a call wants its own", async () => {
    const server = await open(listenHttp());
    const proxy = await start(kind);
    const get = caller(urlOf(kind, proxy.port));
    const call = async (freshConnection: boolean): Promise<void> => {
      await (await get(`http://box.lan:${server.port}/`, { freshConnection })).text(100);
      // The library takes a connection back at the end of the turn.
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (let number = 0; number < 5; number++) await call(false);
    const kept = proxy.connections();
    expect(kept).toBeLessThan(5);
    for (let number = 0; number < 3; number++) await call(true);
    expect(proxy.connections()).toBe(kept + 3);
  });

  test("an abort closes the connection before and within an answer", async () => {
    for (const head of ["", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"]) {
      const asked = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<void>();
      const server = await open(
        listen((socket) => {
          socket.on("close", () => closed.resolve());
          socket.once("data", () => {
            socket.write(head);
            asked.resolve();
          });
        }),
      );
      const proxy = await start(kind);
      const controller = new AbortController();
      const { signal } = controller;
      const reply = caller(urlOf(kind, proxy.port))(`http://box.lan:${server.port}/`, { signal });
      reply.catch(() => {});
      await asked.promise;
      const reader = head === "" ? null : (await reply).reader();
      if (reader) expect(new TextDecoder().decode((await reader.read()) ?? undefined)).toBe("hello");
      controller.abort();
      await expect(reader ? reader.read() : reply).rejects.toMatchObject({ name: "AbortError" });
      await closed.promise;
    }
  });

  test("a reader that is cancelled closes the connection, too", async () => {
    const closed = Promise.withResolvers<void>();
    const server = await open(
      listen((socket) => {
        socket.on("close", () => closed.resolve());
        socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello"));
      }),
    );
    const proxy = await start(kind);
    const reader = (await caller(urlOf(kind, proxy.port))(`http://box.lan:${server.port}/`)).reader();
    await reader.read();
    reader.cancel();
    await closed.promise;
  });
});

describe("a proxy that refuses", () => {
  test.each([
    [407, "config", "outbound/proxy-login", /does not accept the user and password\. Correct them/],
    [403, "transport", "outbound/proxy-refused", /does not connect to box\.lan \(HTTP 403\)\. See/],
    [502, "transport", "outbound/proxy-refused", /does not connect to box\.lan \(HTTP 502\)/],
  ])("by HTTP %i", async (status, kind, rule, message) => {
    const proxy = await open(connectProxy(status));
    const failure = await failureOf(caller(urlOf("http", proxy.port))("http://box.lan/"));
    expect(failure).toMatchObject({ kind, rule, message: expect.stringMatching(message) });
  });

  test("a login by SOCKS", async () => {
    const proxy = await open(socksProxy({ login: "somebody:else" }));
    const failure = await failureOf(caller(urlOf("socks5", proxy.port))("http://box.lan/"));
    expect(failure).toMatchObject({ kind: "config", rule: "outbound/proxy-login" });
  });

  test.each([2, 4, 5])("a connection by SOCKS, code %i", async (reply) => {
    const proxy = await open(socksProxy({ reply }));
    const failure = await failureOf(caller(`socks5://127.0.0.1:${proxy.port}`)("http://box.lan/"));
    expect(failure).toMatchObject({
      kind: "transport",
      message: expect.stringContaining(`socks5://127.0.0.1:${proxy.port} does not connect to box.lan. `),
    });
  });

  test("by saying nothing sensible", async () => {
    const proxy = await open(listen((socket) => socket.once("data", () => socket.end("hello"))));
    for (const kind of KINDS) {
      const failure = await failureOf(caller(`${kind}://127.0.0.1:${proxy.port}`)("http://box.lan/"));
      expect(failure.kind, kind).toBe("transport");
    }
  });
});

test("plain http is not shown to a proxy outside of the local network", async () => {
  const failure = await failureOf(caller("http://me:made-up@proxy.example:3128")("http://box.lan:8000/v1"));
  expect(failure).toMatchObject({
    kind: "config",
    message: expect.stringMatching(
      /^Plain http to box\.lan would show the key to the proxy http:\/\/proxy\.example:3128\./,
    ),
  });
});

describe("replies through a proxy", () => {
  /** A server that gives this reply to whatever it is asked. */
  async function replying(head: string, body: Uint8Array | string = ""): Promise<OutboundResponse> {
    const length = Buffer.byteLength(body);
    const server = await open(
      listen((socket) => {
        socket.once("data", () => {
          socket.write(`HTTP/1.1 ${head}content-length: ${length}\r\n\r\n`);
          socket.write(body);
        });
      }),
    );
    const proxy = await start("http");
    return caller(urlOf("http", proxy.port))(`http://box.lan:${server.port}/`);
  }

  test("with a redirect come back as they are", async () => {
    const reply = await replying("307 Elsewhere\r\nlocation: http://127.0.0.1:1/\r\nx-a: 1\r\nx-a: 2\r\n");
    expect(reply.status).toBe(307);
    expect(reply.headers.get("location")).toBe("http://127.0.0.1:1/");
    expect(reply.headers.get("x-a")).toBe("1, 2");
    expect(await reply.text(0)).toBe("");
  });

  const text = "x".repeat(100_000);
  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["br", brotliCompressSync(text)],
    ["zstd", zstdCompressSync(text)],
    ["gzip, br", brotliCompressSync(gzipSync(text))],
  ])("in %s are decoded and counted", async (encoding, body) => {
    const head = `200 OK\r\ncontent-encoding: ${encoding}\r\n`;
    expect(await (await replying(head, body)).text(100_000)).toBe(text);
    await expect((await replying(head, body)).text(99_999)).rejects.toThrow(ReplyTooLargeError);
  });

  test("in broken encodings fail, those in unknown ones stay as they are", async () => {
    await expect(
      (await replying("200 OK\r\ncontent-encoding: gzip\r\n", "no gzip")).text(100),
    ).rejects.toThrow();
    expect(await (await replying("200 OK\r\ncontent-encoding: rot13\r\n", "uryyb")).text(100)).toBe("uryyb");
  });

  test("with too many headers are refused", async () => {
    const head = `200 OK\r\nx-big: ${"a".repeat(70_000)}\r\n`;
    expect(await failureOf(replying(head))).toMatchObject({ kind: "transport" });
  });
});
