/** Images by address, from a real server. The outbound port is the real one, too, with the public name led to that server. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FailureError } from "../../src/core/chat/failure.ts";
import type { ChatRequest, Content } from "../../src/core/chat/request.ts";
import { createOutbound } from "../../src/core/net/outbound.ts";
import type { Outbound, OutboundRequest } from "../../src/core/ports.ts";
import { InlineImages } from "../../src/core/serve/inline-images.ts";
import { chatRequest } from "../providers/support.ts";

const MEGABYTE = 1024 * 1024;
const PNG = Buffer.from("iVBORw0KGgo=", "base64");
const clock = { monotonic: () => 0 };

let handle: RequestListener;
let port = 0;
let asked: OutboundRequest[] = [];
const server = createServer((incoming, outgoing) => handle(incoming, outgoing));

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  handle = (_, outgoing) => outgoing.writeHead(200, { "content-type": "image/png" }).end(PNG);
});

const direct = createOutbound({
  clock,
  resolver: { addresses: () => Promise.reject(new Error("no names")) },
});
const outbound: Outbound = {
  send(request) {
    asked.push(request);
    const url = request.url.replace("https://pictures.example", `http://127.0.0.1:${port}`);
    return direct.send({ ...request, url, publicOnly: false });
  },
};
let expire: (() => void) | null = null;
const timers = {
  after(_milliseconds: number, callback: () => void) {
    expire = callback;
    return { cancel: () => {} };
  },
};

const image = (url: string) => ({ type: "image" as const, url });
const requestOf = (...contents: Content[]): ChatRequest =>
  chatRequest({ messages: contents.map((content) => ({ role: "user", content })) });
const AT = "https://pictures.example/a.png";
const never = new AbortController().signal;

async function failureOf(request: ChatRequest, port: Outbound = outbound) {
  const error = await new InlineImages({ outbound: port, timers }, request)
    .inlined(never, null)
    .catch((thrown) => thrown);
  if (!(error instanceof FailureError)) throw error;
  return error.failure;
}

describe("images by address", () => {
  it("are put into the request, everything else stays", async () => {
    const text = { type: "text" as const, text: "What is it?" };
    const request = requestOf("Hello", [
      text,
      { ...image(AT), detail: "low" },
      image("data:image/gif;base64,AAAA"),
    ]);
    const inlined = await new InlineImages({ outbound, timers }, request).inlined(never, null);
    expect(inlined.messages).toEqual([
      { role: "user", content: "Hello" },
      {
        role: "user",
        content: [
          text,
          { type: "image", url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" },
          image("data:image/gif;base64,AAAA"),
        ],
      },
    ]);
    expect(request.messages[1]?.content).toContainEqual({ ...image(AT), detail: "low" });
    expect(asked).toMatchObject([{ url: AT, method: "GET", publicOnly: true }]);
    expect(JSON.stringify(asked[0]?.headers)).not.toMatch(/key|authorization/i);
  });

  it("are fetched once, however often they stand there and however many targets are tried", async () => {
    const images = new InlineImages({ outbound, timers }, requestOf([image(AT), image(AT)], [image(AT)]));
    await images.inlined(never, null);
    await images.inlined(never, null);
    expect(asked).toHaveLength(1);
  });

  it("cost nothing where there are none", async () => {
    const request = requestOf("Hello", [image("data:image/png;base64,AAAA")]);
    expect(await new InlineImages({ outbound, timers }, request).inlined(never, null)).toBe(request);
  });

  it("may be somewhere else, and every step there is judged anew", async () => {
    handle = (incoming, outgoing) => {
      const moved = incoming.url === "/a.png";
      outgoing.writeHead(
        moved ? 302 : 200,
        moved ? { location: "/b.png" } : { "content-type": "image/jpeg; x=y" },
      );
      outgoing.end(moved ? "" : PNG);
    };
    const inlined = await new InlineImages({ outbound, timers }, requestOf([image(AT)])).inlined(never, null);
    expect(inlined.messages[0]?.content).toEqual([image("data:image/jpeg;base64,iVBORw0KGgo=")]);
    expect(asked.map(({ url, publicOnly }) => [url, publicOnly])).toEqual([
      [AT, true],
      ["https://pictures.example/b.png", true],
    ]);
  });
});

describe("an image that cannot be had", () => {
  it.each<[string, RequestListener, RegExp]>([
    [
      "is none",
      (_, out) => out.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      /not an image/,
    ],
    [
      "is a drawing with scripts",
      (_, out) => out.writeHead(200, { "content-type": "image/svg+xml" }).end("<svg/>"),
      /not an image/,
    ],
    [
      "does not exist",
      (_, out) => out.writeHead(404, { "content-type": "image/png" }).end(PNG),
      /status 404/,
    ],
    [
      "is redirected for ever",
      (_, out) => out.writeHead(302, { location: "/a.png" }).end(),
      /redirected too often/,
    ],
    [
      "is redirected to nowhere",
      (_, out) => out.writeHead(302, { location: "http://[" }).end(),
      /redirected to nowhere/,
    ],
    [
      "is redirected to a file",
      (_, out) => out.writeHead(302, { location: "file:///etc/passwd" }).end(),
      /could not be reached/,
    ],
    [
      "is too large",
      (_, out) => out.writeHead(200, { "content-type": "image/png" }).end(Buffer.alloc(9 * MEGABYTE)),
      /larger than 8 MB/,
    ],
    [
      "breaks off",
      (_, out) => out.writeHead(200, { "content-type": "image/png", "content-length": "99" }).destroy(),
      /could not be reached/,
    ],
  ])("because it %s is named", async (_, listener, reason) => {
    handle = listener;
    const failure = await failureOf(requestOf("Hello", [{ type: "text", text: "?" }, image(AT)]));
    expect(failure).toMatchObject({
      kind: "client_error",
      scope: "request",
      parameter: "messages[1].content[1]",
      unsent: true,
    });
    expect(failure.message).toContain(AT);
    expect(failure.message).toMatch(reason);
  });

  it("because all together are too large is the one too many", async () => {
    handle = (_, outgoing) =>
      outgoing.writeHead(200, { "content-type": "image/png" }).end(Buffer.alloc(7 * MEGABYTE));
    const failure = await failureOf(requestOf([image(`${AT}?1`), image(`${AT}?2`), image(`${AT}?3`)]));
    expect(failure).toMatchObject({ kind: "client_error", parameter: "messages[0].content[2]" });
    expect(failure.message).toContain("20 MB");
  });

  it("because it takes too long is given up", async () => {
    handle = () => expire?.();
    expect((await failureOf(requestOf([image(AT)]))).message).toMatch(/did not come within 15 s/);
  });

  it("because the client left is no failure of the image", async () => {
    const client = new AbortController();
    handle = () => client.abort();
    const inlined = new InlineImages({ outbound, timers }, requestOf([image(AT)])).inlined(
      client.signal,
      null,
    );
    await expect(inlined).rejects.not.toBeInstanceOf(FailureError);
  });

  it.each([
    "http://127.0.0.1/a.png",
    "http://0x7f.1/a.png",
    "https://localhost/a.png",
    "https://printer.local/a.png",
    "http://192.168.1.1/a.png",
    "https://[fd00::1]/a.png",
    "https://[::ffff:10.0.0.1]/a.png",
    "http://169.254.169.254/a.png",
    "https://0.0.0.0/a.png",
    "https://inside.example/a.png",
    "https://mixed.example/a.png",
    "https://user:word@pictures.example/a.png",
    "http://[/a.png",
  ])("because %s is not on the public internet is never asked for", async (url) => {
    const names: Record<string, string[]> = {
      "inside.example": ["10.1.2.3"],
      "mixed.example": ["93.184.215.14", "127.0.0.1"],
    };
    const resolver = { addresses: async (host: string) => names[host] ?? ["93.184.215.14"] };
    const failure = await failureOf(requestOf([image(url)]), createOutbound({ clock, resolver }));
    expect(failure).toMatchObject({ kind: "client_error", rule: "images/unusable" });
    expect(failure.message).toMatch(/not on the public internet|password|malformed/);
  });
});
