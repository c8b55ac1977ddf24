import net from "node:net";
import { join } from "node:path";
import {
  brotliCompressSync,
  constants,
  createGzip,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createOutbound } from "../../src/core/net/outbound.ts";
import { ReplyTooLargeError } from "../../src/core/net/reply.ts";
import type { OutboundRequest, OutboundResponse } from "../../src/core/ports.ts";
import { connectProxy } from "./proxy-servers.ts";
import { fixedClock, resolverOf } from "./scripted.ts";
import { selfSigned } from "./self-signed.ts";

const outbound = createOutbound({ clock: fixedClock(), resolver: resolverOf({}) });
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** An HTTP server on loopback; its address without a trailing slash. */
function serve(handler: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch: handler });
  cleanups.push(() => void server.stop(true));
  return `http://127.0.0.1:${server.port}`;
}

/** A bare TCP server that keeps what it received; `closed` resolves when the first client's socket is gone. */
async function listen(
  onData: (socket: net.Socket) => void,
  received: string[] = [],
): Promise<{ url: string; closed: Promise<void> }> {
  const gone = Promise.withResolvers<void>();
  const server = net.createServer((socket) => {
    socket.on("data", (bytes) => {
      received.push(bytes.toString());
      onData(socket);
    });
    socket.on("error", () => {});
    socket.on("close", () => gone.resolve());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => void server.close());
  const { port } = server.address() as net.AddressInfo;
  return { url: `http://127.0.0.1:${port}`, closed: gone.promise };
}

function get(url: string, more: Partial<OutboundRequest> = {}): Promise<OutboundResponse> {
  return outbound.send({ url, method: "GET", headers: {}, signal: new AbortController().signal, ...more });
}

describe("requests", () => {
  test("send method, headers and body, and give back status and headers", async () => {
    const url = serve(async (request) => {
      const seen = `${request.method} ${request.headers.get("x-note")} ${await request.text()}`;
      return new Response(seen, { status: 418, headers: { "x-answer": "yes" } });
    });
    const reply = await get(url, { method: "POST", headers: { "x-note": "hello" }, body: "content" });
    expect(reply.status).toBe(418);
    expect(reply.headers.get("x-answer")).toBe("yes");
    expect(await reply.text(1000)).toBe("POST hello content");
  });

  test("open nothing but http and https", async () => {
    for (const url of ["file:///etc/hostname", "data:text/plain,hello", "blob:x", "s3://bucket/key"]) {
      await expect(get(url)).rejects.toThrow(TypeError);
    }
  });

  test("refuse a certificate that nobody vouches for, even when the environment switches that off", async () => {
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: selfSigned,
      fetch: () => new Response("never"),
    });
    cleanups.push(() => void server.stop(true));
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      await expect(get(`https://127.0.0.1:${server.port}/`)).rejects.toThrow(/self.signed/i);
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  test("go direct, whatever proxy the environment names", async () => {
    let proxied = 0;
    const proxy = serve(() => {
      proxied++;
      return new Response("through the proxy");
    });
    const url = serve(() => new Response("direct"));
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = proxy;
    try {
      expect(await (await fetch(url)).text(), "the variable is in effect").toBe("through the proxy");
      expect(await (await get(url)).text(100)).toBe("direct");
      expect(proxied).toBe(1);
    } finally {
      if (before === undefined) delete process.env.HTTP_PROXY;
      else process.env.HTTP_PROXY = before;
    }
  });
});

describe("redirects", () => {
  test.each([301, 302, 303, 307, 308])(
    "%i comes back as it is, and its target is never called",
    async (status) => {
      let called = 0;
      const target = serve(() => {
        called++;
        return new Response("stolen");
      });
      const url = serve(() => new Response(null, { status, headers: { location: `${target}/` } }));
      const reply = await get(url, { headers: { "x-goog-api-key": "made-up-key" } });
      expect(reply.status).toBe(status);
      expect(await reply.text(100)).toBe("");
      expect(called).toBe(0);
    },
  );
});

describe("text", () => {
  test("takes exactly the limit and nothing above it, with and without a stated length", async () => {
    const url = serve((request) => {
      const text = "é".repeat(50);
      if (request.url.endsWith("/stated")) return new Response(text);
      const bytes = new TextEncoder().encode(text);
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes.subarray(0, 33));
            controller.enqueue(bytes.subarray(33));
            controller.close();
          },
        }),
      );
    });
    for (const path of ["/stated", "/chunked"]) {
      expect(await (await get(url + path)).text(100)).toBe("é".repeat(50));
      await expect((await get(url + path)).text(99)).rejects.toThrow(ReplyTooLargeError);
    }
  });

  test("decodes compressed replies and counts what comes out of them", async () => {
    const url = serve(
      () => new Response(gzipSync("x".repeat(100_000)), { headers: { "content-encoding": "gzip" } }),
    );
    expect(await (await get(url)).text(100_000)).toBe("x".repeat(100_000));
    await expect((await get(url)).text(99_999)).rejects.toThrow(ReplyTooLargeError);
  });

  test("no compression is asked for; a compressed stream still comes piece by piece", async () => {
    const gzip = createGzip();
    const asked: string[] = [];
    const { url } = await listen((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n");
      gzip.pipe(socket);
    }, asked);
    const reader = (await get(url)).reader();
    let text = "";
    for (const piece of ["first", "second", "third"]) {
      gzip.write(piece);
      gzip.flush();
      text += new TextDecoder().decode((await reader.read()) ?? undefined);
      expect(text.endsWith(piece)).toBe(true);
    }
    gzip.end();
    expect(await reader.read()).toBeNull();
    expect(text).toBe("firstsecondthird");
    expect(asked[0]).toMatch(/\r\naccept-encoding: identity\r\n/i);
  });

  describe("a small bomb does not become 200 MB", () => {
    const content = Buffer.alloc(200 * 1024 * 1024, 120);
    const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } };
    test.each([
      ["gzip", gzipSync],
      ["deflate", deflateSync],
      ["br", (bytes: Buffer) => brotliCompressSync(bytes, fast)],
      ["zstd", zstdCompressSync],
    ] as const)(
      "in %s, read whole or as a stream, with and without a proxy",
      async (encoding, compress) => {
        const bomb = compress(content);
        const headers = { "content-encoding": encoding };
        const url = serve((request) =>
          request.url.endsWith("/next") ? new Response("next") : new Response(bomb, { headers }),
        );
        const proxy = await connectProxy();
        cleanups.push(() => proxy.close());
        for (const way of ["whole", "stream"]) {
          for (const through of ["", `http://127.0.0.1:${proxy.port}`]) {
            const script = join(import.meta.dirname, "read-bomb.ts");
            const child = Bun.spawn([process.execPath, script, url, way, through]);
            const { outcome, grownBy } = await new Response(child.stdout).json();
            expect(outcome).toBe(way === "whole" ? "ReplyTooLargeError" : "read 32 MB and left");
            expect(grownBy, `${way} ${through}`).toBeLessThan(96 * 1024 * 1024);
          }
        }
        expect(proxy.connections()).toBe(2);
      },
      30_000,
    );
  });

  test("replies with headers without end are refused, by their number and by their size", async () => {
    const line = (index: number): string => `x-header-${index}: value\r\n`;
    const many = Array.from({ length: 300 }, (_, index) => line(index)).join("");
    for (const headers of [many, `x-big: ${"a".repeat(16 * 1024 * 1024)}\r\n`]) {
      const { url } = await listen((socket) => {
        socket.end(`HTTP/1.1 200 OK\r\n${headers}content-length: 2\r\n\r\nok`);
      });
      await expect(get(url)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:Malformed_HTTP_Response|ResponseHeadersTooLarge)$/),
      });
    }
  });

  test.each(["-2", "99999999999999999999", "2\r\ncontent-length: 5"])(
    "a stated length of %j is refused",
    async (length) => {
      const { url } = await listen((socket) => {
        socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\nok`);
      });
      await expect(get(url)).rejects.toMatchObject({ code: "InvalidContentLength" });
    },
  );

  test("rejects when the connection breaks before the body is whole", async () => {
    const { url } = await listen((socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it");
    });
    await expect(get(url).then((reply) => reply.text(1000))).rejects.toThrow();
  });

  test("a reply without a body is empty, read either way", async () => {
    const url = serve(() => new Response(null, { status: 204 }));
    expect(await (await get(url)).text(10)).toBe("");
    expect(await (await get(url)).reader().read()).toBeNull();
  });
});

describe("abort", () => {
  const streamHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";

  /** Milliseconds from the abort until the upstream saw its socket close. */
  async function closingTime(controller: AbortController, closed: Promise<void>): Promise<number> {
    const start = performance.now();
    controller.abort();
    await closed;
    return performance.now() - start;
  }

  test("before the headers: rejects, and the upstream's socket is gone within 250 ms", async () => {
    const asked = Promise.withResolvers<void>();
    const { url, closed } = await listen(() => asked.resolve());
    const controller = new AbortController();
    const reply = get(url, { signal: controller.signal });
    reply.catch(() => {});
    await asked.promise;
    expect(await closingTime(controller, closed)).toBeLessThan(250);
    await expect(reply).rejects.toMatchObject({ name: "AbortError" });
  });

  test("in the middle of a body that is being read", async () => {
    const { url, closed } = await listen((socket) => void socket.write(streamHead));
    const controller = new AbortController();
    const reader = (await get(url, { signal: controller.signal })).reader();
    expect(new TextDecoder().decode((await reader.read()) ?? undefined)).toBe("hello");
    const pending = reader.read();
    pending.catch(() => {});
    expect(await closingTime(controller, closed)).toBeLessThan(250);
    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
  });

  test("in the middle of a body that nobody reads", async () => {
    const { url, closed } = await listen((socket) => void socket.write(streamHead));
    const controller = new AbortController();
    await get(url, { signal: controller.signal });
    expect(await closingTime(controller, closed)).toBeLessThan(250);
  });

  test("cancelling the reader closes the upstream's socket, too", async () => {
    const { url, closed } = await listen((socket) => void socket.write(streamHead));
    const reader = (await get(url)).reader();
    await reader.read();
    const start = performance.now();
    reader.cancel();
    await closed;
    expect(performance.now() - start).toBeLessThan(250);
  });

  test("a reason that the caller gives is what it gets back", async () => {
    const { url } = await listen(() => {});
    const reason = new Error("first content took too long");
    await expect(get(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
