/** The guard in front of a real server, asked over raw sockets: what a client library would never send. */
import net from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ProblemError } from "../../src/core/chat/problem.ts";
import { createGuard, type Guard, loopbackHosts, readBody, requestPath } from "../../src/core/serve/guard.ts";

const token = `freellmapi-${"0123456789abcdef".repeat(3)}`;
const bearer = `Authorization: Bearer ${token}`;
const limits = { maxBytes: 64 * 1024, maxDepth: 64 };

let server: ReturnType<typeof Bun.serve>;
let guard: Guard;
/** Requests that the guard let through. */
let admitted = 0;
/** What was thrown while handling a request, which is always a fault. */
let thrown: unknown[] = [];

const statuses: Readonly<Record<string, number>> = {
  forbidden: 403,
  unauthorized: 401,
  unsupported_media_type: 415,
  rate_limited: 429,
  payload_too_large: 413,
  malformed_json: 400,
  invalid_request: 400,
};

async function handle(request: Request, peer: string | null): Promise<Response> {
  try {
    const { method, headers } = request;
    const problem = guard.check({ method, path: requestPath(request.url), headers, peer });
    if (problem !== null) return Response.json(problem, { status: statuses[problem.kind] ?? 500 });
    admitted++;
    if (method !== "POST") return Response.json({ admitted: requestPath(request.url) });
    const body = await readBody(request, limits);
    return Response.json({ bytes: body.bytes, value: body.value });
  } catch (error) {
    if (error instanceof ProblemError) {
      return Response.json(error.problem, { status: statuses[error.problem.kind] ?? 500 });
    }
    thrown.push(error);
    return new Response(null, { status: 500 });
  }
}

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: (request, running) => handle(request, running.requestIP(request)?.address ?? null),
  });
});

beforeEach(() => {
  admitted = 0;
  thrown = [];
  guard = createGuard({
    allowedHosts: loopbackHosts(server.port ?? 0),
    allowedOrigins: [],
    tokens: { chat: (text) => text === token, admin: () => false },
    clock: { monotonic: () => 0 },
  });
});

afterAll(() => void server.stop(true));

/** Sends bytes as they are and gives back everything that comes until the server closes. */
function send(bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const socket = net.connect(server.port ?? 0, "127.0.0.1", () => socket.write(bytes));
  socket.on("data", (data) => {
    text += data.toString("latin1");
  });
  socket.on("close", () => resolve(text));
  socket.on("error", reject);
  return promise;
}

/** A GET whose other headers are right. `PORT` stands for the server's port. */
function ask(lines: string[], version = "HTTP/1.1", path = "/v1/models"): Promise<string> {
  const head = [`GET ${path} ${version}`, ...lines, bearer, "Connection: close", "", ""];
  return send(head.join("\r\n").replaceAll("PORT", String(server.port)));
}

function post(body: string, lines: string[]): Promise<string> {
  const head = ["POST /v1/chat/completions HTTP/1.1", `Host: 127.0.0.1:${server.port}`, bearer];
  return send([...head, "Connection: close", ...lines, "", body].join("\r\n"));
}

function json(body: string, type = "application/json"): Promise<string> {
  return post(body, [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`]);
}

function statusOf(reply: string): number {
  return Number(reply.slice(9, 12));
}

const goodHost = "Host: 127.0.0.1:PORT";

const refused: [string, string[], string?][] = [
  ["path in the host", ["Host: a/v1?"]],
  ["path behind the right host", ["Host: 127.0.0.1:PORT/v1?"]],
  ["user info before an evil host", ["Host: localhost@evil.example"]],
  ["user info before the right host", ["Host: evil.example@127.0.0.1:PORT"]],
  ["empty host", ["Host:"]],
  ["blank host", ["Host:   "]],
  ["two hosts, the right one first", [goodHost, "Host: evil.example"]],
  ["two hosts, the right one last", ["Host: evil.example", goodHost]],
  ["the right host twice", [goodHost, goodHost]],
  ["two hosts in one header", ["Host: 127.0.0.1:PORT, evil.example"]],
  ["no host, HTTP/1.0", [], "HTTP/1.0"],
  ["no host, HTTP/1.1", []],
  ["evil host, HTTP/1.0", ["Host: evil.example"], "HTTP/1.0"],
  ["rebound name", ["Host: evil.example"]],
  ["rebound name with the port", ["Host: evil.example:PORT"]],
  ["without the port", ["Host: 127.0.0.1"]],
  ["another port", ["Host: 127.0.0.1:1"]],
  ["name that begins right", ["Host: localhost.evil.example:PORT"]],
  ["name that ends right", ["Host: evil-localhost:PORT"]],
  ["trailing dot", ["Host: localhost.:PORT"]],
  ["short loopback", ["Host: 127.1:PORT"]],
  ["decimal loopback", ["Host: 2130706433:PORT"]],
  ["hexadecimal loopback", ["Host: 0x7f000001:PORT"]],
  ["octal loopback", ["Host: 0177.0.0.1:PORT"]],
  ["unspecified", ["Host: 0.0.0.0:PORT"]],
  ["other loopback", ["Host: 127.0.0.2:PORT"]],
  ["mapped loopback", ["Host: [::ffff:127.0.0.1]:PORT"]],
  ["long IPv6 loopback", ["Host: [0:0:0:0:0:0:0:1]:PORT"]],
  ["bare IPv6 loopback", ["Host: ::1:PORT"]],
  ["padded port", ["Host: 127.0.0.1:0PORT"]],
  ["scheme in the host", ["Host: http://127.0.0.1:PORT"]],
  ["forwarded name", ["Host: evil.example", "X-Forwarded-Host: 127.0.0.1:PORT"]],
  ["letters of another alphabet", ["Host: lοcalhost:PORT"]],
  ["origin of a page", [goodHost, "Origin: https://evil.example"]],
  ["origin null", [goodHost, "Origin: null"]],
  ["empty origin", [goodHost, "Origin:"]],
  ["origin that is the server itself", [goodHost, "Origin: http://127.0.0.1:PORT"]],
  ["origin of a file", [goodHost, "Origin: file://"]],
  ["two origins", [goodHost, "Origin: null", "Origin: http://127.0.0.1:PORT"]],
  ["extension", [goodHost, "Origin: chrome-extension://abcdefghijklmnop"]],
  ["cross-site without an origin", [goodHost, "Sec-Fetch-Site: cross-site"]],
  ["same-site without an origin", [goodHost, "Sec-Fetch-Site: same-site"]],
  ["two kinds of site", [goodHost, "Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"]],
];

describe("Host and Origin", () => {
  test.each(refused)("refused: %s", async (_name, lines, version) => {
    const reply = await ask(lines, version);
    // A missing or doubled Host may be refused by the HTTP parser already.
    expect([400, 403]).toContain(statusOf(reply));
    expect(reply.toLowerCase()).not.toContain("access-control-");
    expect(admitted).toBe(0);
    expect(thrown).toEqual([]);
  });

  test.each([
    ["the address", [goodHost]],
    ["localhost in any case", ["Host: LOCALHOST:PORT"]],
    ["IPv6 loopback", ["Host: [::1]:PORT"]],
    ["typed into a browser", [goodHost, "Sec-Fetch-Site: none"]],
  ])("served: %s", async (_name, lines) => {
    const reply = await ask(lines);
    expect(statusOf(reply)).toBe(200);
    expect(reply).toContain('{"admitted":"/v1/models"}');
    expect(reply.toLowerCase()).not.toContain("access-control-");
  });

  test("the health route needs no token, but the right Host", async () => {
    const open = await send(
      `GET /healthz HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(open)).toBe(200);
    const rebound = await send("GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    expect(statusOf(rebound)).toBe(403);
  });

  test("an absolute request target does not change the path that is judged", async () => {
    const reply = await ask([goodHost], "HTTP/1.1", "http://evil.example/v1/models");
    expect(reply).toContain('{"admitted":"/v1/models"}');
    admitted = 0;
    for (const path of [
      "http://x/healthz/../admin/state",
      "/healthz/../admin/state",
      "/admin/state#/healthz",
    ]) {
      expect(statusOf(await ask([goodHost], "HTTP/1.1", path))).toBe(403);
    }
    expect(admitted).toBe(0);
  });

  test("a preflight gets no permission", async () => {
    const lines = [
      "Origin: https://evil.example",
      "Access-Control-Request-Method: POST",
      "Connection: close",
    ];
    const head = ["OPTIONS /v1/chat/completions HTTP/1.1", `Host: 127.0.0.1:${server.port}`, ...lines];
    const reply = await send([...head, "", ""].join("\r\n"));
    expect(statusOf(reply)).toBe(403);
    expect(reply.toLowerCase()).not.toContain("access-control-");
  });
});

describe("token", () => {
  test("ten wrong ones, then a wait, while the right one passes", async () => {
    const wrong = [`Host: 127.0.0.1:${server.port}`, "Authorization: Bearer wrong", "Connection: close"];
    const seen: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      seen.push(statusOf(await send(["GET /v1/models HTTP/1.1", ...wrong, "", ""].join("\r\n"))));
    }
    expect(seen).toEqual([...Array(10).fill(401), 429, 429]);
    expect(statusOf(await ask([goodHost]))).toBe(200);
    expect(admitted).toBe(1);
  });
});

describe("body", () => {
  test("JSON comes through with its size, stated or chunked", async () => {
    const reply = await json('{"text":"é"}');
    expect(reply).toContain('{"bytes":13,"value":{"text":"Ã©"}}');
    const chunked = await post("5\r\n[1,2,\r\n2\r\n3]\r\n0\r\n\r\n", [
      "Content-Type: application/json",
      "Transfer-Encoding: chunked",
    ]);
    expect(chunked).toContain('{"bytes":7,"value":[1,2,3]}');
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "the simple POST of a web page, %s, is refused",
    async (type) => {
      expect(statusOf(await json("{}", type))).toBe(415);
      expect(admitted).toBe(0);
    },
  );

  test("one byte above the limit is too large, stated or chunked; the limit itself is not", async () => {
    const fitting = `"${"x".repeat(limits.maxBytes - 2)}"`;
    expect(statusOf(await json(fitting))).toBe(200);
    expect(statusOf(await json(`${fitting} `))).toBe(413);
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    const lines = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
    expect(statusOf(await post(chunk(fitting), lines))).toBe(200);
    expect(statusOf(await post(chunk(`${fitting} `), lines))).toBe(413);
  });

  test("64 levels pass, 65 and 50,000 do not, and brackets in a string are none", async () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(statusOf(await json(nested(64)))).toBe(200);
    expect(statusOf(await json(nested(65)))).toBe(400);
    const deep = await json("[".repeat(50_000));
    expect(statusOf(deep)).toBe(400);
    expect(deep).toContain("64 levels");
    expect(statusOf(await json(`"\\"${"[".repeat(100)}"`))).toBe(200);
    expect(thrown).toEqual([]);
  });

  test.each(["", " ", "{", "{'a':1}", "NaN", '{"a":1}}', "\u0000"])("%j is not JSON", async (body) => {
    const reply = await json(body);
    expect(statusOf(reply)).toBe(400);
    expect(reply).toContain('"malformed_json"');
  });

  test("compressed bodies are refused by name", async () => {
    const lines = ["Content-Type: application/json", "Content-Encoding: gzip", "Content-Length: 2"];
    const reply = await post("{}", lines);
    expect(statusOf(reply)).toBe(415);
    expect(reply).toContain("Content-Encoding");
  });
});
