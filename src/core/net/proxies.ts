/**
 * Calls through a proxy, on undici; loaded with the first of them. Everything goes through a tunnel (CONNECT or SOCKS5), so an
 * HTTP proxy sees host and port of a TLS call and nothing else. Names are resolved by the proxy.
 */
import type { Readable } from "node:stream";
// The bare name is, under Bun, a shim whose proxies send everything direct.
import { type Dispatcher, ProxyAgent, Socks5ProxyAgent, request as send } from "undici/index.js";
import { FailureError } from "../chat/failure.ts";
import type { ByteReader, Cancellation, OutboundRequest, OutboundResponse } from "../ports.ts";
import { decoded, readerOf } from "./decoding.ts";
import type { Destination } from "./destination.ts";
import { describeProxy, isLocalProxy } from "./proxy-url.ts";
import { refused } from "./refusal.ts";
import { readCounted } from "./reply.ts";

/** A provider's reply has a few kilobytes of headers. */
const MAX_HEADER_BYTES = 64 * 1024;
const CONNECT_MS = 10_000;

const REMEDY = "See to the proxy, or change it: the setting proxy (FREELLM_PROXY), or the proxy of this key.";

/** HTTP/2 stays off: one connection then carries one call, and to close it is to end the call. */
const TLS = { rejectUnauthorized: true, allowH2: false } as const;

export class Proxies {
  readonly #agents = new Map<string, Dispatcher>();

  async send(request: OutboundRequest, target: Destination, proxy: string): Promise<OutboundResponse> {
    if (target.protocol === "http:" && !request.publicOnly && !isLocalProxy(proxy)) {
      throw refused(
        "plain-http",
        `Plain http to ${target.host} would show the key to the proxy ${describeProxy(proxy)}. Use https:// in the base URL of this key, or the proxy \`direct\` for it.`,
      );
    }
    const agent = request.freshConnection ? createAgent(proxy) : this.#agentOf(proxy);
    const { url, method, headers, body, signal } = request;
    const given = abortSignalOf(signal);
    try {
      const reply = await send(url, {
        dispatcher: agent,
        method,
        headers,
        signal: given.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
        ...(body === undefined ? {} : { body }),
      });
      reply.body.once("close", given.release);
      return new ProxiedResponse(reply);
    } catch (error) {
      given.release();
      if (signal.aborted) throw signal.reason;
      throw explained(error, proxy, target.host);
    } finally {
      // Lets the running reply end first.
      if (request.freshConnection) agent.close().catch(() => {});
    }
  }

  #agentOf(proxy: string): Dispatcher {
    let agent = this.#agents.get(proxy);
    if (agent === undefined) {
      agent = createAgent(proxy);
      this.#agents.set(proxy, agent);
    }
    return agent;
  }
}

/** The library knows only the platform's own; `release` when nothing is left to be given up. */
function abortSignalOf(signal: Cancellation): { signal: AbortSignal; release(): void } {
  if (signal instanceof AbortSignal) return { signal, release() {} };
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return { signal: controller.signal, release: () => signal.removeEventListener("abort", abort) };
}

function createAgent(proxy: string): Dispatcher {
  const common = { requestTls: TLS, maxHeaderSize: MAX_HEADER_BYTES, connectTimeout: CONNECT_MS };
  if (!proxy.startsWith("socks5:")) {
    return new ProxyAgent({ ...common, uri: proxy, proxyTunnel: true, proxyTls: TLS, allowH2: false });
  }
  // The library says on stderr that its SOCKS support may change; the version in use is pinned and tested.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return new Socks5ProxyAgent(proxy, common);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Whether it was the proxy. What the target did wrong stays as it is. */
function explained(error: unknown, proxy: string, host: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const status = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  const name = `The proxy ${describeProxy(proxy)}`;
  if (status === "407" || code.startsWith("UND_ERR_SOCKS5_AUTH")) {
    return refused(
      "proxy-login",
      `${name} does not accept the user and password. Correct them in the setting proxy (FREELLM_PROXY) or in the proxy of this key.`,
    );
  }
  if (status !== undefined || code.startsWith("UND_ERR_SOCKS5_REPLY")) {
    const how = status === undefined ? "" : ` (HTTP ${status})`;
    return broken("proxy-refused", `${name} does not connect to ${host}${how}. ${REMEDY}`);
  }
  const unreached =
    code.startsWith("UND_ERR_SOCKS5") ||
    code.startsWith("UND_ERR_PRX") ||
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/.test(
      code,
    );
  return unreached ? broken("proxy-unreachable", `${name} could not be reached. ${REMEDY}`) : error;
}

function broken(rule: string, message: string): FailureError {
  return new FailureError({
    kind: "transport",
    scope: "provider",
    rule: `outbound/${rule}`,
    message,
    unsent: true,
  });
}

class ProxiedResponse implements OutboundResponse {
  readonly status: number;
  readonly headers = new Headers();
  readonly #body: Readable;

  constructor(reply: Dispatcher.ResponseData) {
    this.status = reply.statusCode;
    for (const [name, value] of Object.entries(reply.headers)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) this.headers.append(name, one);
      }
    }
    this.#body = decoded(reply.body, this.headers.get("content-encoding") ?? "");
  }

  text(maxBytes: number): Promise<string> {
    return readCounted(this.reader(), maxBytes);
  }

  reader(): ByteReader {
    return readerOf(this.#body);
  }
}
