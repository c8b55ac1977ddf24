/** The only place that calls out: to whom, and by which way. */
import type { Cancellation, Clock, Outbound, OutboundRequest, OutboundResponse, Resolver } from "../ports.ts";
import { type Destination, Destinations } from "./destination.ts";
import { HttpError } from "./http1/error.ts";
import { Pool } from "./http1/pool.ts";
import type { Proxies } from "./proxies.ts";
import { DIRECT } from "./proxy-url.ts";

export interface OutboundOptions {
  clock: Pick<Clock, "monotonic">;
  resolver: Resolver;
  /** Base URLs of the built-in providers: their hosts are not looked up, their certificates are proof enough. */
  trusted?: readonly string[];
  /** For every call that names no proxy of its own, as checkProxyUrl gives it. Calls to this machine go without. */
  proxy?: string | null;
}

/** Codes of calls that never reached a server: the next address may be tried. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  "ConnectionRefused",
  "ECONNREFUSED",
  "FailedToOpenSocket",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ETIMEDOUT",
]);
const MOST_ADDRESSES = 4;

/**
 * Calls providers. A redirect comes back as the reply that it is: following one would hand `x-goog-api-key` to
 * another host. TLS is verified whatever NODE_TLS_REJECT_UNAUTHORIZED says, proxies of the environment are not
 * used, and there is no timeout but the caller's signal, which closes the connection at once.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const trusted = (options.trusted ?? []).filter((url) => URL.canParse(url));
  const origins = trusted.map((url) => new URL(url).origin);
  const destinations = new Destinations({ ...options, trusted: origins });
  const foreign = new Destinations({ ...options, trusted: origins, publicOnly: true });
  const pool = new Pool(options.clock);
  let proxies: Promise<Proxies> | null = null;

  async function sendByProxy(
    request: OutboundRequest,
    judge: Destinations,
    destination: Destination,
    proxy: string,
  ): Promise<OutboundResponse> {
    // The proxy may stand where more than the public internet is in reach.
    if (request.publicOnly && !destination.fixed) await lookUp(judge, destination, request.signal);
    proxies ??= import("./proxies.ts").then((module) => new module.Proxies());
    return (await proxies).send(request, destination, proxy);
  }

  function send(request: OutboundRequest): Promise<OutboundResponse> {
    const judge = request.publicOnly ? foreign : destinations;
    const destination = judge.of(request.url);
    const proxy = request.proxy ?? options.proxy ?? DIRECT;
    if (proxy !== DIRECT && !destination.loopback) return sendByProxy(request, judge, destination, proxy);
    if (destination.fixed) return pool.send(request, destination, null);
    const found = lookUp(judge, destination, request.signal);
    return found instanceof Promise
      ? found.then((addresses) => sendToAny(pool, request, destination, addresses))
      : sendToAny(pool, request, destination, found);
  }

  return {
    // Not an async function: a call that can leave at once costs one promise.
    send(request) {
      try {
        return send(request);
      } catch (error) {
        return Promise.reject(error);
      }
    },
  };
}

function sendToAny(
  pool: Pool,
  request: OutboundRequest,
  destination: Destination,
  addresses: readonly string[],
): Promise<OutboundResponse> {
  const only = addresses[0];
  return only !== undefined && addresses.length === 1
    ? pool.send(request, destination, only)
    : sendToFirst(pool, request, destination, addresses.slice(0, MOST_ADDRESSES));
}

/** To the first of the checked addresses that can be connected to. */
async function sendToFirst(
  pool: Pool,
  request: OutboundRequest,
  destination: Destination,
  addresses: readonly string[],
): Promise<OutboundResponse> {
  for (const [index, address] of addresses.entries()) {
    try {
      return await pool.send(request, destination, address);
    } catch (error) {
      // A connection that had been made can time out as well, when its request may have been heard.
      const connected = error instanceof HttpError;
      if (connected || index === addresses.length - 1 || !NOT_CONNECTED.has(codeOf(error))) throw error;
    }
  }
  throw new TypeError("There is no address to call.");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function lookUp(
  judge: Destinations,
  destination: Destination,
  signal: Cancellation,
): readonly string[] | Promise<readonly string[]> {
  const found = judge.addressesOf(destination);
  return found instanceof Promise ? unlessAborted(found, signal) : found;
}

/** A look-up cannot be taken back, but nobody has to wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: Cancellation): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      signal.removeEventListener("abort", leave);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
