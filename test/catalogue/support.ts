/** A provider that lists what the test says, on a real socket. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cli } from "../support/binary.ts";

export interface ListingServer {
  /** For `--base-url`. */
  baseUrl: string;
  /** The next `GET /models` get this. */
  lists(rows: readonly unknown[], more?: Record<string, unknown>): void;
  fails(status: number): void;
  /** Bearer tokens of the calls for the list. */
  asked: string[];
  /** Models of the chat calls. */
  called: string[];
  stop(): Promise<void>;
}

export async function startListing(): Promise<ListingServer> {
  let status = 200;
  let body: unknown = { data: [] };
  const asked: string[] = [];
  const called: string[] = [];
  const server = createServer(async (request, response) => {
    const reply = (code: number, value: unknown): void => {
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (request.method === "GET" && request.url === "/v1/models") {
      asked.push(request.headers.authorization ?? "");
      return reply(status, status === 200 ? body : { error: { message: "no" } });
    }
    if (request.method === "POST" && request.url === "/v1/chat/completions") {
      let text = "";
      for await (const bytes of request) text += bytes;
      const { model } = JSON.parse(text);
      called.push(model);
      const message = { role: "assistant", content: "hello" };
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return reply(200, { id: "x", object: "chat.completion", created: 1, model, choices, usage });
    }
    return reply(200, { data: { label: "key" } });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    lists(rows, more = {}) {
      status = 200;
      body = { data: rows, ...more };
    },
    fails(code) {
      status = code;
    },
    asked,
    called,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface ShownModel {
  id: string;
  provider: string;
  family: string;
  status: string;
  origin: string | null;
  enabled: boolean;
  override: boolean | null;
  free: boolean;
  mayCost: boolean;
  available: boolean;
  whyNot: string | null;
  context: number | null;
  capabilities: Record<string, boolean>;
  dataUse: string;
  limits: {
    metric: string;
    window: string;
    cap: number;
    pool: string | null;
    source: string;
    asOf: string;
  }[];
  order: number;
  pinned: boolean;
}

/** `models list --json` with these options. */
export async function shown(home: string, ...options: string[]): Promise<ShownModel[]> {
  const { code, stdout, stderr } = await cli(home, ["models", "list", "--json", ...options]);
  if (code !== 0) throw new Error(`models list failed: ${stderr}${stdout}`);
  return JSON.parse(stdout).models;
}

export async function model(home: string, id: string): Promise<ShownModel | undefined> {
  return (await shown(home)).find((entry) => entry.id === id);
}
