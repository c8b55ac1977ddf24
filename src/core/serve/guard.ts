/**
 * What every request must pass before anything else looks at it: the right Host (DNS rebinding), no foreign page
 * behind it (CSRF), a token, and a body of bearable type, size and depth. Works on headers and path alone; nothing
 * here parses a URL, asks a database or answers with a CORS header.
 */
import { type Problem, ProblemError, type ProblemKind } from "../chat/problem.ts";
import type { Clock } from "../ports.ts";
import { jsonDepthExceeds } from "../surface/depth.ts";

/** Says whether a token is good, in constant time and without touching the store. */
export interface TokenChecker {
  chat(token: string): boolean;
  admin(token: string): boolean;
}

export interface GuardOptions {
  /** Exact `host:port` values of the Host header that are served. */
  allowedHosts: readonly string[];
  /** Exact values of the Origin header that may call; normally none. */
  allowedOrigins: readonly string[];
  tokens: TokenChecker;
  clock: Pick<Clock, "monotonic">;
}

export interface GuardedRequest {
  method: string;
  /** Path without the query, as `requestPath` gives it: the same text that the router decides on. */
  path: string;
  headers: Headers;
  /** Address of the peer; null when it is not known. */
  peer: string | null;
}

export interface Guard {
  /** null lets the request pass. */
  check(request: GuardedRequest): Problem | null;
}

/** What a route asks for: nothing, the unified token, or the admin token. */
export type Scope = "open" | "chat" | "admin";

const FAILURES_PER_WINDOW = 10;
const FAILURE_WINDOW_MS = 60_000;
/** Peers whose failures are remembered; beyond that the one that failed first is forgotten. */
const MAX_PEERS = 1024;

/**
 * The names under which a server on `port` is reached from the same machine. The scheme's default port is not
 * written by clients, so it stands without, too.
 */
export function loopbackHosts(port: number): string[] {
  const names = ["127.0.0.1", "localhost", "[::1]"];
  return names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
}

/** The path of a request's URL up to `?` or `#`. The URL may be relative, when its Host header was malformed. Never throws. */
export function requestPath(url: string): string {
  const scheme = url.startsWith("/") ? -1 : url.indexOf("://");
  const start = scheme === -1 ? 0 : url.indexOf("/", scheme + 3);
  if (start === -1) return "/";
  for (let end = start; end < url.length; end++) {
    const code = url.charCodeAt(end);
    if (code === 0x3f || code === 0x23) return url.slice(start, end);
  }
  return url.slice(start);
}

/**
 * Deny by default: only the two health routes are open. Escapes are undone first, so that no spelling of an admin path
 * passes as another; a path that cannot be unescaped needs the admin token.
 */
export function scopeOf(path: string): Scope {
  if (path === "/healthz" || path === "/readyz") return "open";
  let plain = path;
  if (path.includes("%")) {
    try {
      plain = decodeURIComponent(path);
    } catch {
      return "admin";
    }
  }
  return /^[\\/]+admin(?:[\\/]|$)/i.test(plain) ? "admin" : "chat";
}

/** The guard of one server. Keeps a bounded count of failed tokens by peer, nothing else. */
export function createGuard(options: GuardOptions): Guard {
  const hosts = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(options.allowedOrigins);
  const failures = new FailureCounter(options.clock);

  /** Several Host headers arrive joined by a comma and so match nothing, as does an empty one. */
  function checkHost(headers: Headers): Problem | null {
    const host = headers.get("host");
    if (host !== null && hosts.has(host.toLowerCase())) return null;
    return problem(
      "forbidden",
      "This Host header is not served. Use the address that freellm printed, or add the name to allowed_hosts.",
    );
  }

  /** A page in a browser names its origin; programs do not. `Sec-Fetch-Site` shows the requests that name none. */
  function checkOrigin(headers: Headers): Problem | null {
    const origin = headers.get("origin");
    if (origin !== null) {
      if (origins.has(origin)) return null;
      return problem(
        "forbidden",
        "Web pages may not call freellm. To let one in, add its origin to allowed_origins.",
      );
    }
    const site = headers.get("sec-fetch-site");
    if (site === null || site === "none" || site === "same-origin") return null;
    return problem("forbidden", "Web pages of other sites may not call freellm.");
  }

  function checkToken(request: GuardedRequest): Problem | null {
    const scope = scopeOf(request.path);
    if (scope === "open") return null;
    const presented = presentedTokens(request.headers);
    if (presented.length === 0) {
      return problem("unauthorized", `A token is required. ${tokenHint(scope)}`);
    }
    for (const token of presented) if (options.tokens[scope](token)) return null;
    // The good token of the other scope is a mistake, not a guess.
    const other = scope === "admin" ? "chat" : "admin";
    for (const token of presented) {
      if (options.tokens[other](token)) {
        return problem("forbidden", `This token is not good for this route. ${tokenHint(scope)}`);
      }
    }
    const retryAfterSeconds = failures.count(request.peer ?? "unknown");
    if (retryAfterSeconds === 0) return problem("unauthorized", `The token is wrong. ${tokenHint(scope)}`);
    return { ...problem("rate_limited", "Too many wrong tokens."), retryAfterSeconds };
  }

  return {
    check: (request) =>
      checkHost(request.headers) ??
      checkOrigin(request.headers) ??
      checkToken(request) ??
      checkContentType(request),
  };
}

function tokenHint(scope: "chat" | "admin"): string {
  if (scope === "admin") return "The admin token lies in freellm's home.";
  return "Run `freellm token` to see it; send it as `Authorization: Bearer ...`.";
}

/** A client may carry a stale key in one header and the right one in another, so all three count. */
function presentedTokens(headers: Headers): string[] {
  const tokens: string[] = [];
  const authorization = headers.get("authorization");
  if (authorization !== null && authorization.slice(0, 7).toLowerCase() === "bearer ") {
    const token = authorization.slice(7).trim();
    if (token !== "") tokens.push(token);
  }
  const apiKey = headers.get("x-api-key");
  if (apiKey) tokens.push(apiKey);
  const googleKey = headers.get("x-goog-api-key");
  if (googleKey) tokens.push(googleKey);
  return tokens;
}

/** What an HTML form can send is refused: it would pass a browser's checks without being asked about. */
function checkContentType({ method, headers }: GuardedRequest): Problem | null {
  if (method !== "POST" || isJson(headers.get("content-type"))) return null;
  return problem("unsupported_media_type", "Send the body as `Content-Type: application/json`.");
}

function isJson(contentType: string | null): boolean {
  if (contentType === null || contentType === "application/json") return contentType !== null;
  const end = contentType.indexOf(";");
  const essence = end === -1 ? contentType : contentType.slice(0, end);
  return essence.trim().toLowerCase() === "application/json";
}

/** Failed tokens by peer in windows of a minute. A right token never comes here, so it is never held back. */
class FailureCounter {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #windows = new Map<string, { start: number; failures: number }>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Counts one failure; seconds until the next may be tried, 0 while there are some left. */
  count(peer: string): number {
    const now = this.#clock.monotonic();
    const window = this.#windows.get(peer);
    if (window === undefined || now - window.start >= FAILURE_WINDOW_MS) {
      this.#windows.delete(peer);
      for (const oldest of this.#windows.keys()) {
        if (this.#windows.size < MAX_PEERS) break;
        this.#windows.delete(oldest);
      }
      this.#windows.set(peer, { start: now, failures: 1 });
      return 0;
    }
    window.failures++;
    if (window.failures <= FAILURES_PER_WINDOW) return 0;
    return Math.max(1, Math.ceil((window.start + FAILURE_WINDOW_MS - now) / 1000));
  }
}

export interface BodyLimits {
  maxBytes: number;
  /** Deepest nesting of arrays and objects. */
  maxDepth: number;
}

export interface JsonBody {
  value: unknown;
  /** Size on the wire. */
  bytes: number;
}

/** The body of a request as JSON, within limits. Throws ProblemError: payload_too_large, malformed_json, invalid_request. */
export async function readBody(request: Request, limits: BodyLimits): Promise<JsonBody> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw new ProblemError(problem("unsupported_media_type", "Send the body without Content-Encoding."));
  }
  const length = request.headers.get("content-length");
  const { maxBytes } = limits;
  if (length !== null && Number(length) > maxBytes) throw tooLarge(maxBytes);
  let text: string;
  let bytes: number;
  try {
    if (length === null) ({ text, bytes } = await readCounted(request, maxBytes));
    else {
      text = await request.text();
      bytes = Number(length);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError(problem("invalid_request", "The body ended before it was complete."));
  }
  if (jsonDepthExceeds(text, limits.maxDepth)) {
    throw new ProblemError(
      problem("invalid_request", `The body is nested deeper than ${limits.maxDepth} levels.`),
    );
  }
  try {
    return { value: JSON.parse(text), bytes };
  } catch {
    const message = text.trim() === "" ? "The request has no body." : "The body is not valid JSON.";
    throw new ProblemError(problem("malformed_json", message));
  }
}

/** For bodies that come in chunks and do not say how long they are. */
async function readCounted(request: Request, maxBytes: number): Promise<{ text: string; bytes: number }> {
  if (request.body === null) return { text: "", bytes: 0 };
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode(), bytes };
}

function tooLarge(maxBytes: number): ProblemError {
  const megabytes = Math.floor(maxBytes / (1024 * 1024));
  const limit = megabytes > 0 ? `${megabytes} MB` : `${maxBytes} bytes`;
  return new ProblemError(problem("payload_too_large", `The body is larger than the limit of ${limit}.`));
}

function problem(kind: ProblemKind, message: string): Problem {
  return { kind, message };
}
