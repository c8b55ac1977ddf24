/** All providers at once on one loopback port: each below a path of its own, strict as its data say, saying what the test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ProviderSpec } from "../../../src/core/provider.ts";
import { parseJson } from "../../../src/providers/json.ts";
import { geminiWire } from "./gemini-wire.ts";
import { json, openaiWire } from "./openai-wire.ts";
import type { Script, SimulatedWire, WireReply, WireRequest } from "./script.ts";

/** How each dialect is simulated: the provider, and the token that it wants to see. */
const WIRES: Record<ProviderSpec["dialect"], (provider: ProviderSpec, token: string) => SimulatedWire> = {
  openai: openaiWire,
  gemini: (_, token) => geminiWire(token),
};

export interface SimulatedProvider {
  baseUrl: string;
  /** What it says to every call from now on. */
  say(script: Script): void;
  /** Refuses one field of a model for ever, as if it were none of this provider's data. */
  refuseToo(field: string | null): void;
  /** Chat calls since the last `say`, refused ones too. */
  readonly calls: readonly { body: Record<string, unknown>; status: number }[];
}

export interface Upstream {
  add(provider: ProviderSpec, token: string): SimulatedProvider;
  stop(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  const behind = new Map<string, (request: WireRequest, socket: Socket) => WireReply | null>();
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = "";
    for await (const piece of incoming) text += piece;
    const { method = "", url: path = "", headers, socket } = incoming;
    const reply = behind.get(path.split("/")[1] ?? "")?.(
      { method, path, headers, body: parseJson(text) },
      socket,
    );
    if (!reply) {
      socket.destroy();
      return;
    }
    outgoing.writeHead(reply.status, reply.headers);
    for (const piece of reply.pieces) outgoing.write(piece);
    outgoing.end();
  }

  return {
    add(provider, token) {
      const wire = WIRES[provider.dialect](provider, token);
      let script: Script = {};
      let refusedToo: string | null = null;
      let calls: { body: Record<string, unknown>; status: number }[] = [];
      const used = new WeakSet<Socket>();
      behind.set(provider.id, (request, socket) => {
        // Keys are tested now and then: only chat calls are of interest.
        if (request.method === "GET") return json(200, { data: [] });
        const stale = provider.quirks.freshConnections && used.has(socket);
        used.add(socket);
        // Such a provider has dropped the connection long ago, without telling.
        if (stale) return null;
        const body = { ...(request.body as Record<string, unknown>) };
        const reply =
          wire.refusal(request) ??
          (refusedToo !== null && refusedToo in body
            ? json(400, { error: { message: `Unsupported parameter: '${refusedToo}'`, param: refusedToo } })
            : (scripted(script) ?? wire.answer(request, script)));
        calls.push({ body, status: reply.status });
        return reply;
      });
      return {
        baseUrl: `http://127.0.0.1:${port}/${provider.id}/v1`,
        say(next) {
          script = next;
          calls = [];
        },
        refuseToo(field) {
          refusedToo = field;
        },
        get calls() {
          return calls;
        },
      };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function scripted({ failure }: Script): WireReply | null {
  if (!failure) return null;
  return { status: failure.status, headers: { "content-type": failure.contentType }, pieces: [failure.body] };
}
