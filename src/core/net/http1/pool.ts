/** Connections that are open and idle, by where they lead. */
import type { Clock, OutboundRequest, OutboundResponse } from "../../ports.ts";
import { classifyAddress } from "../address.ts";
import type { Destination } from "../destination.ts";
import { Connection, type Home } from "./connection.ts";
import { Exchange } from "./exchange.ts";
import { pathOf, serialise } from "./request.ts";

const TICK_MS = 1_000;
/** Servers close idle connections after a minute or more; networks on the way forget them after some minutes. */
const IDLE_TICKS = 90;
/** Before the server does as it has said. */
const MARGIN_TICKS = 1;
/** Places remembered; far more than anybody has endpoints. */
const MOST_ROUTES = 1_000;

/** The length-prefixed list of the one protocol that is spoken. */
const HTTP1 = Uint8Array.of(8, ...Buffer.from("http/1.1")).buffer;

export class Pool {
  readonly #routes = new Map<string, Route[]>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #tick = 0;
  readonly #clock: Pick<Clock, "monotonic">;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.monotonic();
  }

  /**
   * Sends to the destination, at `address` where it has been looked up. Rejects with TypeError for a request that cannot be
   * written, with the reason of the signal, or with an error that has a `code`.
   */
  send(
    request: OutboundRequest,
    destination: Destination,
    address: string | null,
  ): Promise<OutboundResponse> {
    const route = this.#routeTo(destination, address);
    const message = serialise(request, route.pathOf(request.url), route.host);
    const exchange = new Exchange(message, request.signal, request.freshConnection === true);
    if (!exchange.over) route.send(exchange);
    return exchange.reply;
  }

  /** The tick at which a connection that is idle from now on is closed; null when that is at once. */
  expiry(seconds: number | null): number | null {
    const ticks = seconds === null ? IDLE_TICKS : Math.min(IDLE_TICKS, seconds - MARGIN_TICKS);
    if (ticks <= 0) return null;
    this.#timer ??= setInterval(() => this.#sweep(), TICK_MS).unref();
    return this.#tick + ticks;
  }

  #routeTo(destination: Destination, address: string | null): Route {
    let routes = this.#routes.get(destination.origin);
    if (routes !== undefined) {
      for (const route of routes) if (route.address === address) return route;
    } else {
      if (this.#routes.size >= MOST_ROUTES) this.#prune();
      routes = [];
      this.#routes.set(destination.origin, routes);
    }
    const route = new Route(this, destination, address);
    routes.push(route);
    return route;
  }

  /** Names move: an origin has had many addresses after some years. */
  #prune(): void {
    for (const [origin, routes] of this.#routes) {
      const used = routes.filter((route) => route.idle.length > 0);
      for (const route of routes) route.known = route.idle.length > 0;
      if (used.length > 0) this.#routes.set(origin, used);
      else this.#routes.delete(origin);
    }
  }

  #sweep(): void {
    this.#tick++;
    let left = false;
    for (const routes of this.#routes.values()) {
      for (const route of routes) {
        route.expire(this.#tick);
        left ||= route.idle.length > 0;
      }
    }
    if (left || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

class Route implements Home {
  readonly address: string | null;
  readonly hostname: string;
  readonly port: number;
  readonly tls: Bun.TLSOptions | null;
  /** As the Host header gives it. */
  readonly host: string;
  /** The one that was used last is used next. */
  readonly idle: Connection[] = [];
  /** The pool still knows it; otherwise nobody would come for what it keeps. */
  known = true;
  readonly #pool: Pool;
  /** Characters of a URL before its path. */
  readonly #origin: number;
  /** Nearly all calls of a route are for the same path. */
  #url = "";
  #path = "";

  constructor(pool: Pool, { origin, host, port, protocol }: Destination, address: string | null) {
    this.#pool = pool;
    this.#origin = origin.length;
    this.address = address;
    this.host = host + port;
    this.hostname = address ?? (host.startsWith("[") ? host.slice(1, -1) : host);
    const secure = protocol === "https:";
    this.port = port === "" ? (secure ? 443 : 80) : Number(port.slice(1));
    // Names are asked for and checked; where there is none, it is the address that the certificate must have.
    const named = classifyAddress(host) === null ? { serverName: host } : {};
    this.tls = secure ? { rejectUnauthorized: true, ALPNProtocols: HTTP1, ...named } : null;
  }

  pathOf(url: string): string {
    if (url !== this.#url) {
      this.#path = pathOf(url, this.#origin);
      this.#url = url;
    }
    return this.#path;
  }

  send(exchange: Exchange): void {
    const connection = exchange.alone ? undefined : this.idle.pop();
    if (connection === undefined) new Connection(this, exchange);
    else connection.carry(exchange);
  }

  now(): number {
    return this.#pool.now();
  }

  again(exchange: Exchange): void {
    new Connection(this, exchange);
  }

  release(connection: Connection, seconds: number | null): void {
    const expiry = this.known ? this.#pool.expiry(seconds) : null;
    if (expiry === null) {
      connection.close();
      return;
    }
    connection.expiry = expiry;
    this.idle.push(connection);
  }

  forget(connection: Connection): void {
    const at = this.idle.lastIndexOf(connection);
    if (at !== -1) this.idle.splice(at, 1);
  }

  expire(tick: number): void {
    for (let at = this.idle.length - 1; at >= 0; at--) {
      const connection = this.idle[at];
      if (connection === undefined || connection.expiry > tick) continue;
      this.idle.splice(at, 1);
      connection.close();
    }
  }
}
