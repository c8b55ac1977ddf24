/** A scripted provider on a real socket: each chat call takes the next step of its script. Steps are in `steps.ts`. */
import { createServer, type Socket } from "node:net";
import { type ChatBody, Exchange, type UpstreamCall } from "./exchange.ts";
import { answer, type Step } from "./steps.ts";

export interface Upstream {
  /** For `--base-url`. */
  baseUrl: string;
  port: number;
  /** Chat calls in order of arrival; refused and aborted ones too. */
  calls: UpstreamCall[];
  /** All other calls, such as `GET /models`. */
  otherCalls: UpstreamCall[];
  /** Steps for the next chat calls; after them `otherwise` goes on. */
  script(...steps: Step[]): void;
  otherwise(step: Step): void;
  stop(): Promise<void>;
}

export interface UpstreamOptions {
  models?: string[];
  /** What it does when the script is at its end; a plain answer when left out. */
  otherwise?: Step;
  /** The list of models is refused to these keys. */
  refusesKey?: (key: string) => boolean;
}

export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const models = options.models ?? ["test-model"];
  const sockets = new Set<Socket>();
  const steps: Step[] = [];
  let otherwise: Step = options.otherwise ?? answer();

  const upstream: Upstream = {
    baseUrl: "",
    port: 0,
    calls: [],
    otherCalls: [],
    script(...more) {
      steps.push(...more);
    },
    otherwise(step) {
      otherwise = step;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };

  function take(call: UpstreamCall, socket: Socket): void {
    const exchange = new Exchange(call, socket);
    if (call.method === "POST" && call.path.endsWith("/chat/completions")) {
      upstream.calls.push(call);
      void (steps.shift() ?? otherwise)(exchange);
      return;
    }
    upstream.otherCalls.push(call);
    if (options.refusesKey?.(call.key) === true) {
      const error = { message: "Incorrect API key provided", code: "invalid_api_key" };
      exchange.reply(401, { "content-type": "application/json" }, JSON.stringify({ error }));
    } else if (call.method === "GET" && call.path.endsWith("/models")) {
      const data = models.map((id) => ({ id, object: "model", owned_by: "test" }));
      exchange.reply(200, { "content-type": "application/json" }, JSON.stringify({ object: "list", data }));
    } else {
      exchange.reply(404, { "content-type": "application/json" }, '{"error":{"message":"no such path"}}');
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    // Resets are part of the game.
    socket.on("error", () => {});
    readRequests(socket, (call) => take(call, socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  upstream.port = address.port;
  upstream.baseUrl = `http://127.0.0.1:${address.port}/v1`;
  return upstream;
}

/** Reads HTTP/1.1 requests with Content-Length or chunked bodies off a connection, one after the other. */
function readRequests(socket: Socket, take: (call: UpstreamCall) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    pending = Buffer.concat([pending, typeof bytes === "string" ? Buffer.from(bytes) : bytes]);
    for (;;) {
      const end = pending.indexOf("\r\n\r\n");
      if (end === -1) return;
      const [first = "", ...lines] = pending.subarray(0, end).toString("latin1").split("\r\n");
      const headers: Record<string, string> = {};
      for (const line of lines) {
        const colon = line.indexOf(":");
        headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
      }
      const rest = pending.subarray(end + 4);
      const body =
        headers["transfer-encoding"] === "chunked" ? dechunk(rest) : fixed(rest, headers["content-length"]);
      if (body === undefined) return;
      pending = Buffer.from(rest.subarray(body.length));
      const [method = "", path = ""] = first.split(" ");
      take({
        at: Date.now(),
        method,
        path,
        headers,
        key: headers.authorization?.replace(/^bearer /i, "") ?? "",
        body: parse(body.text),
        abortedAt: null,
      });
    }
  });
}

/** `length` counts the bytes that the body took on the wire. */
interface Body {
  text: string;
  length: number;
}

function fixed(bytes: Buffer, contentLength: string | undefined): Body | undefined {
  const length = Number(contentLength ?? 0);
  return bytes.length < length ? undefined : { text: bytes.subarray(0, length).toString("utf8"), length };
}

function dechunk(bytes: Buffer): Body | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    const start = lineEnd + 2;
    if (bytes.length < start + size + 2) return undefined;
    if (size === 0) return { text: Buffer.concat(parts).toString("utf8"), length: start + 2 };
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}

function parse(text: string): ChatBody | undefined {
  try {
    return JSON.parse(text) as ChatBody;
  } catch {
    return undefined;
  }
}
