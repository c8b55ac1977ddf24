import { describe, expect, test } from "vitest";
import { ReplyTooLargeError } from "../../src/core/net/reply.ts";
import { http1Calls, until } from "./http1-calls.ts";
import { reply } from "./http1-server.ts";

const { send, serve, text } = http1Calls();

describe("requests", () => {
  test("are one head and one body, with what every server wants to know", async () => {
    const server = await serve(({ socket }) => socket.write(reply("ok")));
    const headers = { "content-type": "application/json", authorization: "Bearer made-up" };
    await text(`${server.url}/v1/chat?x=1`, { method: "POST", headers, body: '{"a":"\u00fc\u{1f600}"}' });
    const [head = "", body] = (server.received[0] ?? "").split("\r\n\r\n");
    expect(head.split("\r\n")).toEqual([
      "POST /v1/chat?x=1 HTTP/1.1",
      `Host: 127.0.0.1:${server.port}`,
      "Connection: keep-alive",
      "content-type: application/json",
      "authorization: Bearer made-up",
      `User-Agent: Bun/${Bun.version}`,
      "Accept: */*",
      "Accept-Encoding: identity",
      "Content-Length: 14",
    ]);
    expect(Buffer.from(body ?? "", "latin1").toString()).toBe('{"a":"\u00fc\u{1f600}"}');
  });

  test("say what their caller says of itself, and nothing twice", async () => {
    const server = await serve(({ socket }) => socket.write(reply("ok")));
    await text(server.url, { headers: { "User-Agent": "me", accept: "image/*", "Accept-Encoding": "br" } });
    const [head = ""] = (server.received[0] ?? "").split("\r\n\r\n");
    expect(head.match(/user-agent: .*/gi)).toEqual(["User-Agent: me"]);
    expect(head.match(/accept: .*/gi)).toEqual(["accept: image/*"]);
    expect(head.match(/accept-encoding: .*/gi)).toEqual(["Accept-Encoding: br"]);
    expect(head).not.toMatch(/content-length/i);
  });

  test("have the path that a URL has", async () => {
    const server = await serve(({ socket, text }) => socket.write(reply(text.split(" ")[1] ?? "")));
    for (const [written, sent] of [
      ["", "/"],
      ["/", "/"],
      ["/a/../b", "/b"],
      ["/a/%2E%2e/b", "/b"],
      ["/a b?c=\u00e9#fragment", "/a%20b?c=%C3%A9"],
      ['/a"b', "/a%22b"],
      ["/models/@cf/x:y~1?z=(1)", "/models/@cf/x:y~1?z=(1)"],
      ["/a\r\nx: 1", "/ax:%201"],
    ]) {
      expect(await text(server.url + written)).toBe(sent);
    }
  });

  test.each([
    [{ "x-a": "1\r\nx-b: 2" }],
    [{ "x-a": "1\n" }],
    [{ "x-a": "1\r" }],
    [{ "x-a": "1\0" }],
    [{ "x-a": "\u0100" }],
    [{ "x-a\r\nx-b": "1" }],
    [{ "x a": "1" }],
    [{ "x-\u00e9": "1" }],
    [{ "": "1" }],
    [{ Host: "elsewhere" }],
    [{ "content-length": "1" }],
    [{ "Transfer-Encoding": "chunked" }],
    [{ connection: "upgrade" }],
  ])("with the headers %j are not sent", async (headers: Record<string, string>) => {
    const server = await serve(({ socket }) => socket.write(reply("ok")));
    await expect(send(server.url, { headers })).rejects.toThrow(TypeError);
    expect(server.sockets).toEqual([]);
  });

  test("no message about a header repeats its value", async () => {
    const server = await serve(() => {});
    const failed = send(server.url, { headers: { authorization: "Bearer secret\n" } });
    await expect(failed).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/secret/) }),
    );
  });

  test("keep headers in Latin-1 beside a body in UTF-8", async () => {
    const server = await serve(({ socket }) => socket.write(reply("ok")));
    await text(server.url, { method: "POST", headers: { "x-name": "caf\u00e9" }, body: "\u00e9\u20ac" });
    expect(server.received[0]).toContain("\r\nx-name: caf\u00e9\r\n");
    expect(server.received[0]).toMatch(/\r\nContent-Length: 5\r\n\r\n\u00c3\u00a9\u00e2\u0082\u00ac$/);
  });

  test.each([
    ["letters", "x".repeat(24_000_000)],
    ["letters of two bytes", "\u00e9".repeat(12_000_000)],
    ["letters of three bytes", "\u20ac".repeat(8_000_000)],
  ])("of 24 MB of %s arrive whole at a server that is slow to read", async (_, body) => {
    const hash = new Bun.CryptoHasher("sha256");
    let size = 0;
    const server = await serve(
      () => {},
      (socket) => {
        socket.removeAllListeners("data");
        socket.on("data", (bytes) => {
          const head = size === 0 ? bytes.indexOf("\r\n\r\n") + 4 : 0;
          hash.update(Buffer.from(bytes.slice(head)));
          size += bytes.length - head;
          if (size === 24_000_000) socket.write(reply("ok"));
          socket.pause();
          setImmediate(() => socket.resume());
        });
      },
    );
    expect(await text(server.url, { method: "POST", body })).toBe("ok");
    expect(hash.digest("hex")).toBe(new Bun.CryptoHasher("sha256").update(body).digest("hex"));
    // The connection has come through it.
    size = 0;
    server.sockets[0]?.removeAllListeners("data").on("data", () => server.sockets[0]?.write(reply("next")));
    expect(await text(server.url)).toBe("next");
    expect(server.sockets).toHaveLength(1);
  });

  test("answered before they are sent are read, and their connection serves no other", async () => {
    const server = await serve(
      ({ socket }) => socket.write(reply("ok")),
      (socket) => {
        if (server.sockets.length > 1) return;
        socket.removeAllListeners("data");
        socket.once("data", () => {
          socket.pause();
          socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig");
        });
      },
    );
    const response = await send(server.url, { method: "POST", body: "x".repeat(32_000_000) });
    expect(response.status).toBe(413);
    expect(await response.text(100)).toBe("big");
    expect(await text(server.url)).toBe("ok");
    expect(server.sockets).toHaveLength(2);
  });
});

describe("replies", () => {
  const SAMPLES: readonly (readonly [string, string, string])[] = [
    ["a length", reply("caf\u00e9 \u{1f600}"), "caf\u00e9 \u{1f600}"],
    [
      "chunks",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nt: 1\r\n\r\n",
      "abcde",
    ],
    [
      "a first reply of 100",
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${reply("ok")}`,
      "ok",
    ],
    ["nothing in it", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""],
    ["no content by its status", "HTTP/1.1 204 No Content\r\n\r\n", ""],
    ["no change by its status", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", ""],
  ];

  test.each(SAMPLES)(
    "with %s are the same wherever their bytes are cut, on one connection",
    async (_, wire, expected) => {
      const bytes = Buffer.from(wire);
      const server = await serve(({ socket, turn }) => {
        socket.setNoDelay(true);
        socket.write(bytes.subarray(0, turn - 1));
        setTimeout(() => socket.write(bytes.subarray(turn - 1)), 1);
      });
      for (let cut = 0; cut <= bytes.length; cut++) expect(await text(server.url)).toBe(expected);
      expect(server.sockets).toHaveLength(1);
    },
  );

  test("byte by byte, and all that ends with the connection", async () => {
    const wire = Buffer.from("HTTP/1.1 200 OK\r\nx: 1\r\n\r\ncontent");
    const server = await serve(({ socket }) => {
      socket.setNoDelay(true);
      let at = 0;
      const step = (): void => {
        socket.write(wire.subarray(at, ++at));
        if (at < wire.length) setTimeout(step, 1);
        else socket.end();
      };
      step();
    });
    expect(await text(server.url)).toBe("content");
    expect(await text(server.url)).toBe("content");
    expect(server.sockets).toHaveLength(2);
  });

  test("of text lose the mark at their beginning, and what is no UTF-8 becomes U+FFFD", async () => {
    const bodies = [
      [0xef, 0xbb, 0xbf, 65],
      [0xef, 0xbb, 0xbf],
      [65, 0xef, 0xbb, 0xbf],
      [0xef, 0xbb],
      [65, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x98],
    ].map((bytes) => Buffer.from(bytes));
    for (const body of bodies) {
      const server = await serve(({ socket, turn }) => {
        if (turn === 1) {
          socket.write(
            Buffer.concat([Buffer.from(reply("x".repeat(body.length)).slice(0, -body.length)), body]),
          );
          return;
        }
        socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        let sent = 0;
        const step = (): void => {
          if (sent === body.length) {
            socket.write("0\r\n\r\n");
            return;
          }
          socket.write(
            Buffer.concat([Buffer.from("1\r\n"), body.subarray(sent, ++sent), Buffer.from("\r\n")]),
          );
          setTimeout(step, 1);
        };
        step();
      });
      const expected = await new Response(body).text();
      expect(await text(server.url)).toBe(expected);
      expect(await text(server.url)).toBe(expected);
    }
  });

  test.each([
    [
      "a change of the protocol",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
      "Malformed_HTTP_Response",
    ],
    ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "Malformed_HTTP_Response"],
    [
      "a folded header",
      "HTTP/1.1 200 OK\r\na: 1\r\n b\r\ncontent-length: 0\r\n\r\n",
      "Malformed_HTTP_Response",
    ],
    [
      "another transfer encoding",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
      "Malformed_HTTP_Response",
    ],
    [
      "two lengths",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
      "InvalidContentLength",
    ],
    ["first replies without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(4_000), "ResponseHeadersTooLarge"],
    ["a head without end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`, "ResponseHeadersTooLarge"],
  ])("with %s are refused, and the connection is closed", async (_, wire, code) => {
    const server = await serve(({ socket }) => socket.write(wire));
    await expect(send(server.url)).rejects.toMatchObject({ code });
    await until(() => server.open() === 0);
  });

  test("with a malformed chunk give what came before it, then the error", async () => {
    const server = await serve(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n");
      setTimeout(() => socket.write("zz\r\n"), 5);
    });
    const reader = (await send(server.url)).reader();
    expect(Buffer.from((await reader.read()) ?? []).toString()).toBe("ok");
    await expect(reader.read()).rejects.toMatchObject({ code: "Malformed_HTTP_Response" });
    await until(() => server.open() === 0);
  });

  test.each([
    ["before the head", ""],
    ["in the head", "HTTP/1.1 200 OK\r\nx:"],
    ["in a stated length", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"],
    ["in a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf"],
    ["between chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ])("cut %s are an error, by a close and by a reset", async (_, wire) => {
    const server = await serve(({ socket, text }) => {
      if (wire !== "") socket.write(wire);
      if (text.startsWith("GET /close")) socket.end();
      else setTimeout(() => socket.resetAndDestroy(), 5);
    });
    for (const way of ["close", "reset"]) {
      await expect(text(`${server.url}/${way}`)).rejects.toMatchObject({ code: "ECONNRESET" });
    }
    expect(server.sockets).toHaveLength(2);
  });

  test("that were not to be so large close their connection, stated or not", async () => {
    const server = await serve(({ socket, text }) => {
      const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";
      socket.write(
        text.startsWith("GET /stated") ? "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\nh" : chunked,
      );
    });
    for (const path of ["/stated", "/chunked"]) {
      const response = await send(server.url + path);
      await expect(response.text(4)).rejects.toThrow(ReplyTooLargeError);
      await until(() => server.open() === 0);
    }
  });

  test("are read whole after their connection has gone", async () => {
    const server = await serve(({ socket }) => socket.end(reply("all of it", "connection: close")));
    const response = await send(server.url);
    await until(() => server.open() === 0);
    expect(await response.text(100)).toBe("all of it");
  });
});
