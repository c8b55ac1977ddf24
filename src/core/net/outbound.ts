/** The only place that calls out. Runs on Bun's fetch; figures and oddities are of Bun 1.4. */
import type {
  ByteReader,
  Cancellation,
  Clock,
  Outbound,
  OutboundRequest,
  OutboundResponse,
  Resolver,
} from "../ports.ts";
import { type Destination, Destinations } from "./destination.ts";
import type { Proxies } from "./proxies.ts";
import { DIRECT } from "./proxy-url.ts";
import { byteReader, plainLength, ReplyTooLargeError, readCounted } from "./reply.ts";

export interface OutboundOptions {
  clock: Pick<Clock, "monotonic">;
  resolver: Resolver;
  /** Base URLs of the built-in providers: their hosts are not looked up, their certificates are proof enough. */
  trusted?: readonly string[];
  /** For every call that names no proxy of its own, as checkProxyUrl gives it. Calls to this machine go without. */
  proxy?: string | null;
}

/** A request that names its server, which is then the only one whose certificate counts. */
interface Pinned {
  url: string;
  host: string;
  serverName: string;
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
 * Bun unpacks all of a compressed reply when the call is given up, however much that is: it is not to unpack any. Answers
 * are small or come in small pieces, so that nothing is lost by not asking for compression.
 */
const UNCOMPRESSED = { "accept-encoding": "identity" } as const;

const VERIFIED = { rejectUnauthorized: true } as const;

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
  let proxies: Promise<Proxies> | null = null;
  return {
    async send(request) {
      const judge = request.publicOnly ? foreign : destinations;
      const destination = judge.of(request.url);
      const proxy = request.proxy ?? options.proxy ?? DIRECT;
      if (proxy !== DIRECT && !destination.loopback) {
        // The proxy may stand where more than the public internet is in reach.
        if (request.publicOnly && !destination.fixed) await lookUp(judge, destination, request.signal);
        proxies ??= import("./proxies.ts").then((module) => new module.Proxies());
        return (await proxies).send(request, destination, proxy);
      }
      if (destination.fixed) return responseOf(await call(request, null));
      const found = lookUp(judge, destination, request.signal);
      const addresses = found instanceof Promise ? await found : found;
      return responseOf(await callPinned(request, destination, addresses));
    },
  };
}

function call(request: OutboundRequest, pinned: Pinned | null): Promise<Response> {
  const { method, headers, body } = request;
  const signal = abortSignalOf(request.signal);
  return fetch(pinned?.url ?? request.url, {
    method,
    headers: { ...UNCOMPRESSED, ...headers, ...(pinned ? { host: pinned.host } : {}) },
    signal,
    redirect: "manual",
    tls: pinned ? { ...VERIFIED, serverName: pinned.serverName } : VERIFIED,
    proxy: false,
    timeout: false,
    decompress: false,
    ...(body === undefined ? {} : { body }),
    ...(request.freshConnection ? { keepalive: false } : {}),
  });
}

/** To the first of the checked addresses that can be connected to. */
async function callPinned(
  request: OutboundRequest,
  { origin, protocol, host, port }: Destination,
  addresses: readonly string[],
): Promise<Response> {
  const rest = request.url.slice(origin.length);
  const tried = addresses.slice(0, MOST_ADDRESSES);
  for (const [index, address] of tried.entries()) {
    const authority = `${address.includes(":") ? `[${address}]` : address}${port}`;
    try {
      return await call(request, {
        url: `${protocol}//${authority}${rest}`,
        host: `${host}${port}`,
        serverName: host,
      });
    } catch (error) {
      if (index === tried.length - 1 || !NOT_CONNECTED.has(codeOf(error))) throw error;
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
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

function abortSignalOf(signal: Cancellation): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  if (signal.aborted) controller.abort(signal.reason);
  else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller.signal;
}

/** A server may compress what nobody asked it to. */
function responseOf(response: Response): OutboundResponse | Promise<OutboundResponse> {
  const encodings = response.headers.get("content-encoding");
  if (encodings === null || encodings === "identity") return new FetchedResponse(response, null);
  return import("./decoding.ts").then(
    ({ decodedReader }) => new FetchedResponse(response, (body) => decodedReader(body, encodings)),
  );
}

type Decoding = (body: ReadableStream<Uint8Array>) => ReadableStreamDefaultReader<Uint8Array>;

class FetchedResponse implements OutboundResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly #response: Response;
  readonly #decoding: Decoding | null;

  constructor(response: Response, decoding: Decoding | null) {
    this.#response = response;
    this.#decoding = decoding;
    this.status = response.status;
    this.headers = response.headers;
  }

  async text(maxBytes: number): Promise<string> {
    const length = plainLength(this.headers);
    if (length === null) return readCounted(this.reader(), maxBytes);
    if (length <= maxBytes) return this.#response.text();
    await this.#response.body?.cancel();
    throw new ReplyTooLargeError(maxBytes);
  }

  reader(): ByteReader {
    const body = this.#response.body ?? new Blob([]).stream();
    return byteReader(this.#decoding === null ? body.getReader() : this.#decoding(body));
  }
}
