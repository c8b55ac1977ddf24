import net from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createOutbound } from "../../src/core/net/outbound.ts";
import type { Cancellation } from "../../src/core/ports.ts";
import { http1Calls, until } from "./http1-calls.ts";
import { type Peer, reply } from "./http1-server.ts";
import { fixedClock } from "./scripted.ts";

const { send, serve, text, useClock } = http1Calls();

/** A cancellation that counts who listens to it. */
class Counted implements Cancellation {
  aborted = false;
  reason: unknown = undefined;
  readonly listeners = new Set<() => void>();

  addEventListener(_: "abort", listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: "abort", listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    for (const listener of [...this.listeners]) listener();
  }
}

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

describe("connections that are kept", () => {
  test("serve one call after the other, the one that was used last first", async () => {
    const held: Peer[] = [];
    const server = await serve((peer) => {
      if (peer.text.startsWith("GET /held")) held.push(peer);
      else peer.socket.write(reply(`${peer.connection}`));
    });
    const pending = [1, 2, 3].map(() => text(`${server.url}/held`));
    await until(() => held.length === 3);
    for (const peer of held) peer.socket.write(reply("late"));
    await Promise.all(pending);
    const last = held.at(-1)?.connection;
    for (let turn = 0; turn < 3; turn++) expect(await text(server.url)).toBe(`${last}`);
    expect(server.sockets).toHaveLength(3);
  });

  test("are not shared by origins", async () => {
    const [one, other] = await Promise.all(
      [1, 2].map((id) => serve(({ socket, connection }) => socket.write(reply(`${id}/${connection}`)))),
    );
    for (let turn = 0; turn < 2; turn++) {
      expect(await text(one?.url ?? "")).toBe("1/1");
      expect(await text(other?.url ?? "")).toBe("2/1");
    }
  });

  test("are left alone by a call that wants one of its own, which is closed afterwards", async () => {
    const server = await serve(({ socket, connection }) => socket.write(reply(`${connection}`)));
    expect(await text(server.url)).toBe("1");
    expect(await text(server.url, { freshConnection: true })).toBe("2");
    await until(() => server.open() === 1);
    expect(await text(server.url)).toBe("1");
    expect(server.received[1]).toMatch(/\r\nConnection: close\r\n/);
  });

  test.each([
    ["says so", reply("ok", "connection: close")],
    ["speaks HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok"],
    [
      "states length and chunks",
      "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
    ["sends more than the reply", `${reply("ok")}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`],
    ["has content where there is none", "HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok"],
    ["closes in a moment", reply("ok", "Keep-Alive: timeout=1, max=100")],
  ])("are not kept where the server %s", async (_, wire) => {
    const server = await serve(({ socket }) => socket.write(wire));
    for (let turn = 1; turn <= 3; turn++) {
      expect(await text(server.url)).toMatch(/^(?:ok)?$/);
      expect(server.sockets).toHaveLength(turn);
      await until(() => server.open() === 0);
    }
  });

  test("are closed when something comes that nobody asked for", async () => {
    const server = await serve(({ socket, connection }) => socket.write(reply(`${connection}`)));
    expect(await text(server.url)).toBe("1");
    server.sockets[0]?.write(reply("evil"));
    await until(() => server.open() === 0);
    expect(await text(server.url)).toBe("2");
  });

  test("are forgotten when the server closes them", async () => {
    const server = await serve(({ socket, connection }) => socket.write(reply(`${connection}`)));
    expect(await text(server.url)).toBe("1");
    server.sockets[0]?.end();
    await until(() => server.open() === 0);
    expect(await text(server.url)).toBe("2");
  });

  test("are closed before the server says that it closes them", async () => {
    const server = await serve(({ socket }) => socket.write(reply("ok", "Keep-Alive: timeout=2")));
    expect(await text(server.url)).toBe("ok");
    expect(await text(server.url)).toBe("ok");
    expect(server.sockets).toHaveLength(1);
    await until(() => server.open() === 0);
  });

  test.each(["end", "destroy", "resetAndDestroy"] as const)(
    "and closed at the very moment of the next call (%s) cost that call nothing",
    async (way) => {
      const server = await serve(({ socket, connection, turn }) => {
        // As a server whose patience ends just as the request arrives.
        if (turn === 2) socket[way]();
        else socket.write(reply(`${connection}`));
      });
      expect(await text(server.url, { method: "POST", body: "one" })).toBe("1");
      expect(await text(server.url, { method: "POST", body: "two" })).toBe("2");
      expect(server.received[1]).toMatch(/two$/);
    },
  );

  test("are tried once: a new connection that is closed is an error", async () => {
    const server = await serve(({ socket, connection, turn }) => {
      if (connection === 1 && turn === 1) socket.write(reply("1"));
      else socket.end();
    });
    expect(await text(server.url)).toBe("1");
    await expect(send(server.url)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(server.sockets).toHaveLength(2);
    await expect(send(server.url)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(server.sockets).toHaveLength(3);
  });

  test("and closed after the server had time to hear the call are an error: it would count twice", async () => {
    const clock = fixedClock();
    useClock(clock);
    const server = await serve(({ socket, turn }) => {
      if (turn === 1) {
        socket.write(reply("1"));
        return;
      }
      clock.at += 2_000;
      socket.end();
    });
    expect(await text(server.url)).toBe("1");
    await expect(send(server.url, { method: "POST", body: "two" })).rejects.toMatchObject({
      code: "ECONNRESET",
    });
    expect(server.sockets).toHaveLength(1);
  });

  test("and cut after the first byte of a reply are an error: the server has begun", async () => {
    const server = await serve(({ socket, turn }) => {
      if (turn === 1) socket.write(reply("1"));
      else socket.end("H");
    });
    expect(await text(server.url)).toBe("1");
    await expect(send(server.url)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(server.sockets).toHaveLength(1);
  });

  test("do not keep a process alive", async () => {
    const server = await serve(({ socket }) => socket.write(reply("ok")));
    const script = `
      import { createOutbound } from ${JSON.stringify(join(import.meta.dirname, "../../src/core/net/outbound.ts"))};
      const outbound = createOutbound({ clock: { monotonic: () => performance.now() }, resolver: { addresses: async () => [] } });
      const { signal } = new AbortController();
      const request = { url: ${JSON.stringify(server.url)}, method: "GET", headers: {}, signal };
      for (const turn of [1, 2]) console.log(await (await outbound.send(request)).text(10));`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    expect(await new Response(child.stdout).text()).toBe("ok\nok\n");
    expect(await child.exited).toBe(0);
    expect(server.sockets).toHaveLength(1);
  });

  test("carry 300 calls at once, and again", async () => {
    const server = await serve(({ socket, text }) => {
      const body = text.slice(text.indexOf("\r\n\r\n") + 4);
      setTimeout(() => socket.write(reply(body)), Number(body) % 7);
    });
    for (let round = 0; round < 2; round++) {
      const bodies = Array.from({ length: 300 }, (_, index) => `${round * 1_000 + index}`);
      const answers = await Promise.all(bodies.map((body) => text(server.url, { method: "POST", body })));
      expect(answers).toEqual(bodies);
    }
    expect(server.sockets).toHaveLength(300);
  });
});

describe("bodies that arrive faster than they are read", () => {
  test("make their server wait, and come whole all the same", async () => {
    const size = 64 * 1024 * 1024;
    let sent = 0;
    const server = await serve(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      const piece = Buffer.alloc(64 * 1024, "x");
      const fill = (): void => {
        while (sent < size) {
          sent += piece.length;
          if (!socket.write(piece)) return;
        }
      };
      socket.on("drain", fill);
      fill();
    });
    const response = await send(server.url);
    let before = -1;
    while (before !== sent) {
      before = sent;
      await Bun.sleep(50);
    }
    // What lies in the buffers of the system is part of it.
    expect(sent).toBeLessThan(size / 2);
    const reader = response.reader();
    let read = 0;
    for (let piece = await reader.read(); piece !== null; piece = await reader.read()) read += piece.length;
    expect(read).toBe(size);
    const small = await send(server.url, { freshConnection: true });
    small.reader().cancel();
  });

  test("are read to their end as text after the server had to wait", async () => {
    const body = "x".repeat(8 * 1024 * 1024);
    const server = await serve(({ socket }) => socket.write(reply(body)));
    const response = await send(server.url);
    await Bun.sleep(20);
    expect(await response.text(body.length)).toBe(body);
    expect((await text(server.url)).length).toBe(body.length);
    expect(server.sockets).toHaveLength(1);
  });

  test("and whose call is given up meanwhile close their connection", async () => {
    const server = await serve(({ socket }) => socket.write(reply("x".repeat(32 * 1024 * 1024))));
    const signal = new Counted();
    await send(server.url, { signal });
    await Bun.sleep(20);
    signal.abort(new Error("enough"));
    await until(() => server.open() === 0);
  });
});

describe("calls that are given up", () => {
  const reason = new Error("no longer wanted");

  test("while they connect", async () => {
    const server = await serve(({ socket }) => socket.write(reply("ok")));
    const signal = new Counted();
    const call = send(server.url, { signal });
    signal.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(signal.listeners.size).toBe(0);
    await until(() => server.sockets.length === 1 && server.open() === 0);
    expect(server.received).toEqual([""]);
  });

  test("while names are looked up", async () => {
    const slow = createOutbound({
      clock: fixedClock(),
      resolver: { addresses: () => new Promise(() => {}) },
    });
    const signal = new Counted();
    const call = slow.send({ url: "https://api.test.example", method: "GET", headers: {}, signal });
    signal.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(signal.listeners.size).toBe(0);
  });

  test("while TLS is agreed on", async () => {
    const server = await serve(() => {});
    const signal = new Counted();
    const call = send(server.url.replace("http:", "https:"), { signal });
    await until(() => (server.received[0] ?? "") !== "");
    signal.abort(reason);
    await expect(call).rejects.toBe(reason);
    await until(() => server.open() === 0);
  });

  test("while they are written", async () => {
    const server = await serve(
      () => {},
      (socket) => {
        socket.removeAllListeners("data");
        socket.once("readable", () => {});
      },
    );
    const signal = new Counted();
    const call = send(server.url, { signal, method: "POST", body: "x".repeat(32_000_000) });
    await until(() => server.sockets.length === 1);
    signal.abort(reason);
    await expect(call).rejects.toBe(reason);
    server.sockets[0]?.resume();
    await until(() => server.open() === 0);
  });

  test.each([
    ["wait for the reply", ""],
    ["wait for the rest of the head", "HTTP/1.1 200 OK\r\nx: "],
  ])("while they %s", async (_, wire) => {
    const server = await serve(({ socket }) => socket.write(wire));
    const signal = new Counted();
    const call = send(server.url, { signal });
    await until(() => (server.received[0] ?? "").length > 0);
    await Bun.sleep(5);
    signal.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(signal.listeners.size).toBe(0);
    await until(() => server.open() === 0);
  });

  test("while their body is read, in pieces or whole", async () => {
    const server = await serve(({ socket }) => socket.write(`${CHUNKED}2\r\nok\r\n`));
    for (const way of ["pieces", "whole"]) {
      const signal = new Counted();
      const response = await send(server.url, { signal });
      const reader = response.reader();
      if (way === "pieces") await reader.read();
      const pending = way === "pieces" ? reader.read() : response.text(100);
      signal.abort(reason);
      await expect(pending).rejects.toBe(reason);
      await expect(way === "pieces" ? reader.read() : response.text(100)).rejects.toBe(reason);
      expect(signal.listeners.size).toBe(0);
      await until(() => server.open() === 0);
    }
  });

  test("before they are sent", async () => {
    const server = await serve(({ socket }) => socket.write(reply("ok")));
    const signal = new Counted();
    signal.abort(reason);
    await expect(send(server.url, { signal })).rejects.toBe(reason);
    expect(server.sockets).toEqual([]);
  });

  test("after their end leave the connection alone; nobody listens any more", async () => {
    const server = await serve(({ socket, connection }) => socket.write(reply(`${connection}`)));
    const signal = new Counted();
    expect(await text(server.url, { signal })).toBe("1");
    expect(signal.listeners.size).toBe(0);
    signal.abort(reason);
    expect(await text(server.url)).toBe("1");
  });

  test("by their reader end for it, and close the connection", async () => {
    const server = await serve(({ socket }) => socket.write(`${CHUNKED}2\r\nok\r\n`));
    const signal = new Counted();
    const reader = (await send(server.url, { signal })).reader();
    await reader.read();
    const pending = reader.read();
    reader.cancel();
    reader.cancel();
    expect(await pending).toBeNull();
    expect(await reader.read()).toBeNull();
    expect(signal.listeners.size).toBe(0);
    await until(() => server.open() === 0);
  });
});

describe("servers that cannot be reached", () => {
  test("are told apart", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const signal = new Counted();
    await expect(send(`http://127.0.0.1:${port}`, { signal })).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    await expect(send(`https://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(signal.listeners.size).toBe(0);
  });

  test("by TLS say so", async () => {
    const server = await serve(
      () => {},
      (socket) => void socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    await expect(send(server.url.replace("http:", "https:"))).rejects.toMatchObject({ code: "EPROTO" });
    const silent = await serve(
      () => {},
      (socket) => void socket.once("data", () => socket.end()),
    );
    await expect(send(silent.url.replace("http:", "https:"))).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
