/** The ports of the outbound side with answers that a test writes down. */
import net from "node:net";
import type { Resolver } from "../../src/core/ports.ts";

export interface FixedClock {
  at: number;
  monotonic(): number;
}

/** A clock that stands still until `at` is set. */
export function fixedClock(): FixedClock {
  return {
    at: 1_000,
    monotonic() {
      return this.at;
    },
  };
}

export interface ScriptedResolver extends Resolver {
  /** Hosts that were asked for, in order. */
  readonly asked: string[];
}

/** By host, the answers one after the other; the last is given ever after. Any other host does not exist. */
export function resolverOf(answers: Record<string, readonly string[][]>): ScriptedResolver {
  const asked: string[] = [];
  return {
    asked,
    async addresses(host) {
      const script = answers[host];
      const turn = asked.filter((name) => name === host).length;
      asked.push(host);
      const answer = script?.[Math.min(turn, script.length - 1)];
      if (answer === undefined)
        throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
      return answer;
    },
  };
}

export interface Listener {
  port: number;
  /** Connections that were taken. */
  readonly connections: () => number;
  close(): void;
}

/** A bare TCP server; every connection is counted. */
export async function listen(
  onConnection: (socket: net.Socket) => void,
  host = "127.0.0.1",
): Promise<Listener> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    connections: () => connections,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** An HTTP server on raw sockets that tells each request's first line and Host, and keeps connections open. */
export function listenHttp(host?: string): Promise<Listener> {
  return listen((socket) => {
    let seen = "";
    socket.on("data", (bytes) => {
      seen += bytes.toString("latin1");
      for (let end = seen.indexOf("\r\n\r\n"); end !== -1; end = seen.indexOf("\r\n\r\n")) {
        const head = seen.slice(0, end);
        seen = seen.slice(end + 4);
        const name = /\r\nhost: ([^\r]*)/i.exec(head)?.[1];
        const text = `${head.slice(0, head.indexOf(" HTTP"))} ${name}`;
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
      }
    });
  }, host);
}
