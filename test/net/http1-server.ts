/** A server of the tests on raw sockets that answers each request as it is told to, byte by byte. */
import net from "node:net";

export interface Peer {
  socket: net.Socket;
  /** Which connection it is, from 1. */
  connection: number;
  /** Which request on this connection, from 1. */
  turn: number;
  /** The request, whole. */
  text: string;
}

export interface RawServer {
  url: string;
  port: number;
  /** Everything that came, by connection. */
  readonly received: string[];
  readonly sockets: net.Socket[];
  /** Connections that are open. */
  open(): number;
  close(): void;
}

/** Calls `answer` with each request that is whole; one with another length than it states never is. */
export async function rawServer(
  answer: (peer: Peer) => void,
  onConnection: (socket: net.Socket) => void = () => {},
): Promise<RawServer> {
  const received: string[] = [];
  const sockets: net.Socket[] = [];
  let open = 0;
  const server = net.createServer((socket) => {
    const index = sockets.push(socket) - 1;
    open++;
    received[index] = "";
    let pending = "";
    let turn = 0;
    socket.on("error", () => {});
    socket.on("close", () => open--);
    socket.on("data", (bytes) => {
      const text = bytes.toString("latin1");
      received[index] += text;
      pending += text;
      for (let end = endOfRequest(pending); end !== -1; end = endOfRequest(pending)) {
        const whole = pending.slice(0, end);
        pending = pending.slice(end);
        answer({ socket, connection: index + 1, turn: ++turn, text: whole });
      }
    });
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    sockets,
    open: () => open,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function endOfRequest(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head === -1) return -1;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= head + 4 + length ? head + 4 + length : -1;
}

export function reply(body: string, ...fields: string[]): string {
  const more = fields.map((field) => `${field}\r\n`).join("");
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;
}
