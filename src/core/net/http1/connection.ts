/** One socket: it carries one exchange at a time, and between two of them it lies in the pool. */
import { Body } from "./body.ts";
import { HttpError, malformed } from "./error.ts";
import type { Carrier, Exchange } from "./exchange.ts";
import { MOST_HEAD_BYTES, parseHead, tooLarge } from "./head.ts";

type Socket = Bun.Socket<Connection>;

/** Where connections lead, and where they go when they are idle. */
export interface Home {
  /** Name or address of the server; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** null for plain connections. */
  readonly tls: Bun.TLSOptions | null;
  /** The reply has ended; the server says that it closes after so many seconds, or nothing. */
  release(connection: Connection, seconds: number | null): void;
  /** It is closed while idle. */
  forget(connection: Connection): void;
  /** The connection had been closed before it could carry the exchange. */
  again(exchange: Exchange): void;
  /** Milliseconds that never run backwards. */
  now(): number;
}

/**
 * A close that was on its way when a request left is seen after one trip there and back. Whoever closes later may have heard the
 * request, and would count it again.
 */
const CROSSING_MS = 2_000;

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** One for all sockets: each has its connection as its data. */
const HANDLERS: Bun.SocketHandler<Connection> = {
  open: (socket) => socket.data.opened(socket),
  handshake: (socket, success, error) => socket.data.shaken(success, error),
  data: (socket, bytes) => socket.data.arrived(bytes),
  drain: (socket) => socket.data.drained(),
  end: (socket) => socket.data.closed(null),
  close: (socket, error) => socket.data.closed(error ?? null),
  error: (socket, error) => socket.data.broken(error),
  connectError() {},
};

export class Connection implements Carrier {
  readonly #home: Home;
  readonly #body = new Body();
  #socket: Socket | null = null;
  #exchange: Exchange | null;
  /** TLS has been agreed on, which it is once. */
  #secured = false;
  /** It has carried an exchange before. */
  #used = false;
  /** When the request left that it carries now. */
  #sentAt = 0;
  /** Something of the reply has come. */
  #answered = false;
  #inBody = false;
  /** The beginning of a head. */
  #held: Buffer | null = null;
  /** Bytes of heads of this reply that are through. */
  #headBytes = 0;
  /** Seconds that the server keeps the connection, as the last reply says. */
  #kept: number | null = null;
  /** What the socket did not take of the request. */
  #rest: Buffer | null = null;
  #paused = false;
  #dead = false;
  /** By the ticks of the pool: when an idle connection is closed. */
  expiry = 0;

  constructor(home: Home, exchange: Exchange) {
    this.#home = home;
    this.#exchange = exchange;
    exchange.carrier = this;
    const { hostname, port, tls } = home;
    const more = tls === null ? {} : { tls };
    Promise.try(() =>
      Bun.connect<Connection>({ hostname, port, socket: HANDLERS, data: this, ...more }),
    ).catch((error: unknown) => this.broken(error));
  }

  /** On a connection that was idle. */
  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#used = true;
    this.#sentAt = this.#home.now();
    exchange.carrier = this;
    this.#socket?.ref();
    this.#send(exchange);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket?.resume();
  }

  drop(): void {
    if (this.#exchange === null) this.#home.forget(this);
    this.#exchange = null;
    if (this.#dead) return;
    this.#dead = true;
    this.#socket?.terminate();
  }

  /** As it is done when nothing is under way. */
  close(): void {
    if (this.#dead) return;
    this.#dead = true;
    // Over TLS, `end` would wait for the peer to close as well.
    this.#socket?.close();
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    // Given up while it was being connected.
    if (this.#dead) socket.terminate();
    else if (this.#home.tls === null && this.#exchange !== null) this.#send(this.#exchange);
  }

  /** Chain and name have been checked, or not a byte is sent. */
  shaken(success: boolean, error: Error | null): void {
    const exchange = this.#exchange;
    if (this.#dead || this.#secured || exchange === null) return;
    this.#secured = true;
    if (success && error === null && this.#socket?.authorized === true) this.#send(exchange);
    else
      this.broken(error === null ? new HttpError("ERR_TLS_HANDSHAKE", "The TLS handshake failed.") : error);
  }

  arrived(bytes: Buffer): void {
    const exchange = this.#exchange;
    // Nobody asked.
    if (exchange === null || this.#dead) {
      this.drop();
      return;
    }
    try {
      this.#answered = true;
      this.#read(exchange, bytes);
    } catch (error) {
      this.broken(error);
    }
  }

  drained(): void {
    const rest = this.#rest;
    if (rest === null || this.#dead) return;
    const written = this.#socket?.write(rest) ?? -1;
    if (written < 0) this.closed(null);
    else this.#rest = written < rest.length ? rest.subarray(written) : null;
  }

  /** The peer has closed; with an error where it did so hard. */
  closed(error: unknown): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#socket?.close();
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange === null) this.#home.forget(this);
    else if (this.#isUnheard()) this.#home.again(exchange);
    else if (error === null && this.#inBody && this.#body.close()) exchange.finish();
    else exchange.fail(asCut(error));
  }

  #isUnheard(): boolean {
    return this.#used && !this.#answered && this.#home.now() - this.#sentAt < CROSSING_MS;
  }

  broken(error: unknown): void {
    const exchange = this.#exchange;
    this.drop();
    exchange?.fail(error);
  }

  #send(exchange: Exchange): void {
    this.#answered = this.#inBody = false;
    this.#headBytes = 0;
    const { message } = exchange;
    if (message === null) return;
    const { data, bytes } = message;
    const written = this.#socket?.write(data) ?? -1;
    if (written === bytes) return;
    if (written < 0) this.closed(null);
    else this.#rest = (typeof data === "string" ? Buffer.from(data) : data).subarray(written);
  }

  #read(exchange: Exchange, arrived: Buffer): void {
    let bytes = arrived;
    let from = 0;
    if (!this.#inBody) {
      if (this.#held !== null) bytes = Buffer.concat([this.#held, arrived]);
      from = this.#readHead(exchange, bytes);
      if (from < 0) return;
    }
    const body = this.#body;
    body.push(bytes, from);
    exchange.take(bytes, body.start, body.end);
    // Taking it may have been too much.
    if (this.#dead) return;
    if (body.over) {
      this.#complete(exchange, body.rest < bytes.length);
    } else if (exchange.full) {
      this.#paused = true;
      this.#socket?.pause();
    }
  }

  /** Where the body begins; -1 when the head is not whole. */
  #readHead(exchange: Exchange, bytes: Buffer): number {
    let from = 0;
    for (;;) {
      // All but the last three bytes of what was held have been looked through.
      const seen = from === 0 && this.#held !== null ? Math.max(0, this.#held.length - 3) : from;
      const end = bytes.indexOf(END_OF_HEAD, seen);
      if (this.#headBytes + (end < 0 ? bytes.length : end) > MOST_HEAD_BYTES) throw tooLarge();
      if (end < 0) {
        this.#headBytes += from;
        this.#held = from === 0 ? bytes : bytes.subarray(from);
        return -1;
      }
      const head = parseHead(bytes.toString("latin1", from, end + 2));
      from = end + 4;
      if (head.status >= 200) {
        this.#held = null;
        this.#inBody = true;
        this.#body.begin(head);
        this.#kept = secondsOf(head.get("keep-alive"));
        exchange.message = null;
        exchange.begin(head.status, head, this.#body.length);
        return from;
      }
      if (head.status === 101) throw malformed("it changes the protocol, which nobody asked for");
    }
  }

  /** `more`: bytes came that belong to no reply, so that the next one could not be trusted. */
  #complete(exchange: Exchange, more: boolean): void {
    this.#exchange = null;
    const reusable = this.#body.persistent && !more && this.#rest === null && !exchange.alone;
    if (!reusable) {
      // A request that is not sent to its end is not wanted to its end.
      if (this.#rest === null) this.close();
      else this.drop();
    } else {
      if (this.#paused) {
        this.#paused = false;
        this.#socket?.resume();
      }
      this.#socket?.unref();
      this.#home.release(this, this.#kept);
    }
    exchange.finish();
  }
}

function secondsOf(keepAlive: string | null): number | null {
  const seconds =
    keepAlive === null ? undefined : /(?:^|[\s,;])timeout=(\d{1,6})(?:$|[\s,;])/i.exec(keepAlive)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

function asCut(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "ECONNRESET";
  return new HttpError(code, "The connection was closed before the reply was whole.");
}
