/** A CONNECT proxy and a SOCKS5 proxy on loopback. Whatever host they are asked for, they connect to 127.0.0.1. */
import net from "node:net";
import { type Listener, listen } from "./scripted.ts";

export interface ProxyServer extends Listener {
  /** `host:port` of each tunnel that was asked for. */
  readonly targets: string[];
  /** What clients logged in with: `user:password`. */
  readonly logins: string[];
}

/** Speaks no HTTP but CONNECT: a request that is sent any other way gets no answer and is listed as a target `not a tunnel`. */
export async function connectProxy(status = 200): Promise<ProxyServer> {
  const targets: string[] = [];
  const logins: string[] = [];
  const listener = await listen((socket) => {
    socket.once("data", (bytes) => {
      const head = bytes.toString("latin1");
      const target = /^CONNECT (\S+) HTTP/.exec(head)?.[1];
      targets.push(target ?? "not a tunnel");
      const login = /\r\nproxy-authorization: Basic (\S+)/i.exec(head)?.[1];
      if (login !== undefined) logins.push(Buffer.from(login, "base64").toString());
      if (target === undefined || status !== 200) {
        socket.end(`HTTP/1.1 ${status === 200 ? 400 : status} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      tunnel(socket, Number(target.slice(target.lastIndexOf(":") + 1)), "HTTP/1.1 200 OK\r\n\r\n");
    });
  });
  return { ...listener, targets, logins };
}

const REPLY_HEAD = [5, 0, 0, 1, 127, 0, 0, 1, 0, 0];

/** `reply` is the code of RFC 1928 that every request gets; 0 connects. With `login`, only that user and password. */
export async function socksProxy({
  reply = 0,
  login,
}: {
  reply?: number;
  login?: string;
} = {}): Promise<ProxyServer> {
  const targets: string[] = [];
  const logins: string[] = [];
  const listener = await listen((socket) => {
    const onRequest = (bytes: Buffer): void => {
      const port = bytes.readUInt16BE(bytes.length - 2);
      const host = bytes[3] === 3 ? bytes.subarray(5, -2).toString() : [...bytes.subarray(4, -2)].join(".");
      targets.push(`${host}:${port}`);
      if (reply === 0) tunnel(socket, port, Buffer.from(REPLY_HEAD));
      else socket.end(Buffer.from([5, reply, ...REPLY_HEAD.slice(2)]));
    };
    socket.once("data", () => {
      socket.write(Buffer.from([5, login === undefined ? 0 : 2]));
      if (login === undefined) {
        socket.once("data", onRequest);
        return;
      }
      socket.once("data", (bytes: Buffer) => {
        const user = bytes.subarray(2, 2 + (bytes[1] ?? 0)).toString();
        const given = `${user}:${bytes.subarray(3 + user.length).toString()}`;
        logins.push(given);
        const wrong = given !== login;
        socket.write(Buffer.from([1, wrong ? 1 : 0]));
        if (wrong) socket.end();
        else socket.once("data", onRequest);
      });
    });
  });
  return { ...listener, targets, logins };
}

function tunnel(client: net.Socket, port: number, greeting: string | Buffer): void {
  const server = net.connect(port, "127.0.0.1", () => {
    client.write(greeting);
    server.pipe(client);
    client.pipe(server);
  });
  server.on("error", () => client.destroy());
  client.on("close", () => server.destroy());
}
