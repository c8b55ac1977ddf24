/** What a server could make the client keep, or send twice. */
import { dlopen, ptr } from "bun:ffi";
import { readdirSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createOutbound } from "../../src/core/net/outbound.ts";
import { until } from "./http1-calls.ts";
import { rawServer, reply } from "./http1-server.ts";
import { fixedClock, resolverOf } from "./scripted.ts";

const cleanups: (() => void)[] = [];
const { signal } = new AbortController();

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Reached by every address of this machine. */
async function listenEverywhere(onConnection: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => {});
    cleanups.push(() => socket.destroy());
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  cleanups.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** After so long without room at the other end, connections of this process give up with ETIMEDOUT. */
function hurry(milliseconds: number): void {
  const libc = dlopen("libc.so.6", {
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  });
  const [TCP, USER_TIMEOUT] = [6, 18];
  const value = Int32Array.of(milliseconds);
  for (const name of readdirSync("/proc/self/fd")) {
    libc.symbols.setsockopt(Number(name), TCP, USER_TIMEOUT, ptr(value), 4);
  }
  libc.close();
}

test.runIf(process.platform === "linux")(
  "a request whose connection times out on the way is not sent to the next address",
  async () => {
    let connections = 0;
    const port = await listenEverywhere(() => connections++);
    const outbound = createOutbound({
      clock: fixedClock(),
      resolver: resolverOf({ "box.lan": [["127.0.0.1", "127.0.0.2"]] }),
    });
    // Nobody reads it: the system waits for room at the other end.
    const body = "x".repeat(32_000_000);
    const controller = new AbortController();
    const call = outbound.send({
      url: `http://box.lan:${port}/`,
      method: "POST",
      headers: {},
      body,
      signal: controller.signal,
    });
    let failed: unknown = null;
    call.catch((error: unknown) => {
      failed = error;
    });
    await until(() => connections === 1);
    hurry(300);
    await until(() => failed !== null || connections === 2);
    controller.abort();
    expect(failed).toMatchObject({ code: "ETIMEDOUT" });
    expect(connections).toBe(1);
  },
  10_000,
);

test("little content among much that is none does not keep all of it in memory", async () => {
  const piece = Buffer.from(`10;${"e".repeat(4_000)}\r\n${"c".repeat(16)}\r\n`.repeat(16));
  const pieces = 1_600;
  const server = await rawServer(({ socket, text }) => {
    if (text.startsWith("GET /next")) {
      socket.write(reply("next"));
      return;
    }
    let sent = 0;
    const fill = (): void => {
      while (sent++ < pieces) {
        if (socket.write(piece)) continue;
        socket.once("drain", fill);
        return;
      }
      socket.write("0\r\n\r\n");
    };
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    fill();
  });
  cleanups.push(() => server.close());
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "read-bomb.ts"), server.url, "whole"]);
  const { outcome, grownBy } = await new Response(child.stdout).json();
  expect(outcome).toBe("read");
  expect(grownBy).toBeLessThan(64 * 1024 * 1024);
}, 30_000);

test("a connection whose place was forgotten during its call is not kept", async () => {
  const held: net.Socket[] = [];
  let open = 0;
  const port = await listenEverywhere((socket) => {
    open++;
    socket.on("close", () => open--);
    socket.on("data", (bytes) => {
      if (bytes.toString("latin1").startsWith("GET /held")) held.push(socket);
      else socket.write(reply("ok"));
    });
    socket.resume();
  });
  const outbound = createOutbound({ clock: fixedClock(), resolver: resolverOf({}) });
  const get = async (url: string): Promise<string> =>
    (
      await outbound.send({
        url,
        method: "GET",
        headers: {},
        signal,
        freshConnection: !url.endsWith("/held"),
      })
    ).text(99);
  const late = get(`http://127.0.0.1:${port}/held`);
  await until(() => held.length === 1);
  for (let place = 0; place < 1_000; place++) {
    await get(`http://127.1.${place >> 8}.${place & 255}:${port}/`);
  }
  held[0]?.write(reply("late"));
  expect(await late).toBe("late");
  await until(() => open === 0);
}, 30_000);

test.each([
  ["401 Unauthorized", "content-length: 0\r\n"],
  ["204 No Content", ""],
])("an empty reply (%s) may say that it is compressed", async (status, field) => {
  const server = await rawServer(({ socket }) =>
    socket.write(`HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\n${field}\r\n`),
  );
  cleanups.push(() => server.close());
  const outbound = createOutbound({ clock: fixedClock(), resolver: resolverOf({}) });
  const response = await outbound.send({ url: server.url, method: "GET", headers: {}, signal });
  expect(response.status).toBe(Number(status.slice(0, 3)));
  expect(await response.text(99)).toBe("");
});
