/** A provider's host on a real socket that knows its keys: lists models, takes chat calls, or is down. */
import { createServer } from "node:http";

export interface KeyHost {
  baseUrl: string;
  /** Keys that it accepts. */
  readonly accepted: Set<string>;
  /** Everybody gets the list of models. */
  publicList: boolean;
  /** Answers everything with this status instead; null when it is well. */
  broken: number | null;
  /** `METHOD path key` of each call, in order. */
  readonly calls: string[];
  stop(): Promise<void>;
}

export async function startKeyHost(...accepted: string[]): Promise<KeyHost> {
  const server = createServer((request, response) => {
    const key = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    host.calls.push(`${request.method} ${request.url} ${key}`);
    const reply = (status: number, body: unknown): void => {
      request.resume();
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (host.broken !== null) return reply(host.broken, { error: { message: "out of order" } });
    const list = request.method === "GET" && request.url?.endsWith("/models");
    if (list && (host.publicList || host.accepted.has(key))) return reply(200, { data: [{ id: "m" }] });
    if (!host.accepted.has(key)) return reply(401, { error: { message: `no such key: ${key}` } });
    const message = { role: "assistant", content: "ok" };
    reply(200, { id: "1", model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const host: KeyHost = {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    accepted: new Set(accepted),
    publicList: false,
    broken: null,
    calls: [],
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return host;
}
