/** The socket server. The only file that knows Bun.serve. */
import type { Surface } from "../surface/surface.ts";
import type { AdminOptions } from "./admin.ts";
import type { Gateway } from "./gateway.ts";
import { createGuard, loopbackHosts, type TokenChecker } from "./guard.ts";
import { CHAT_PATH, createHandler, type Handler } from "./handler.ts";

export interface ListenOptions {
  gateway: Gateway;
  openaiChat: Surface;
  admin: AdminOptions;
  tokens: TokenChecker;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** `host:port` values of the Host header beside the loopback ones. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
}

export interface Listener {
  readonly port: number;
  readonly url: string;
  /** Refuses new work, lets running answers end for at most `milliseconds`, then cuts them. True when all ended by themselves. */
  drain(milliseconds: number): Promise<boolean>;
  /** Cuts everything now. */
  stop(): Promise<void>;
}

/** Seconds that a connection may be idle before its request is whole. */
const IDLE_SECONDS = 10;

/** Starts to listen. Throws when the address cannot be taken. */
export function listen(options: ListenOptions): Listener {
  const { gateway, host } = options;
  let draining = false;
  let handle: Handler | null = null;
  const chat = (request: Request): Promise<Response> | Response => handle?.(request, CHAT_PATH) ?? unready();
  const server = Bun.serve({
    hostname: host,
    port: options.port,
    idleTimeout: IDLE_SECONDS,
    // The error page of development mode would show exceptions to clients.
    development: false,
    // Without development mode Bun would share the port with another process: half of all requests would go there.
    reusePort: false,
    // Above our own limit, which answers in the surface's shape.
    maxRequestBodySize: gateway.limits.maxBodyBytes + 1024 * 1024,
    routes: { [CHAT_PATH]: { POST: chat } },
    fetch: (request) => handle?.(request) ?? unready(),
    error: () => new Response(null, { status: 500 }),
  });
  const port = server.port ?? options.port;
  const hosts = [...loopbackHosts(port), ...ownHosts(host, port), ...options.allowedHosts];
  handle = createHandler({
    gateway,
    guard: createGuard({
      allowedHosts: hosts,
      allowedOrigins: options.allowedOrigins,
      tokens: options.tokens,
      clock: gateway.clock,
    }),
    openaiChat: options.openaiChat,
    admin: options.admin,
    connection: {
      keepOpen: (request) => server.timeout(request, 0),
      peer: (request) => server.requestIP(request)?.address ?? null,
    },
    draining: () => draining,
  });
  return {
    port,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    async drain(milliseconds) {
      draining = true;
      options.admin.feed.close();
      const ended = server.stop().then(() => true);
      const { promise: late, resolve } = Promise.withResolvers<boolean>();
      const timer = gateway.timers.after(milliseconds, () => resolve(false));
      const complete = await Promise.race([ended, late]);
      timer.cancel();
      if (!complete) await server.stop(true);
      return complete;
    },
    stop: () => server.stop(true),
  };
}

function unready(): Response {
  return new Response(null, { status: 503 });
}

/** An address of its own is a name of the server; "all addresses" is not one. */
function ownHosts(host: string, port: number): string[] {
  if (host === "0.0.0.0" || host === "::") return [];
  return [`${host.includes(":") ? `[${host}]` : host}:${port}`];
}
