/** A request as it goes over the wire. */
import type { OutboundRequest } from "../../ports.ts";

/** Headers that the client sends itself unless its caller does. */
const [AGENT, ACCEPT, ENCODING] = [1, 2, 4];
/** What the headers of a call must not say: the connection decides it. */
const OWN = 8;

const MEANINGS: ReadonlyMap<string, number> = new Map([
  // Names that need no look at their letters.
  ["content-type", 0],
  ["authorization", 0],
  ["x-api-key", 0],
  ["x-goog-api-key", 0],
  ["user-agent", AGENT],
  ["accept", ACCEPT],
  ["accept-encoding", ENCODING],
  ["host", OWN],
  ["connection", OWN],
  ["keep-alive", OWN],
  ["content-length", OWN],
  ["transfer-encoding", OWN],
  ["te", OWN],
  ["trailer", OWN],
  ["upgrade", OWN],
  ["expect", OWN],
]);

const NAME = /^[\w!#$%&'*+\-.^`|~]+$/;
const PLAIN = /^[\t\x20-\x7e]*$/;
/** Latin-1 without control characters. */
const TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Paths that a URL parser would leave as they are. */
const PATH = /^\/[\w\-~!$&()*+,;=:@/?%.]*$/;

/**
 * Answers are small or come in small pieces, so nothing is lost by not asking for compression; and no reply is unpacked that
 * was given up. The name is the one under which the runtime calls: some hosts turn unknown ones away.
 */
const DEFAULT_AGENT = `User-Agent: Bun/${Bun.version}\r\n`;
const DEFAULT_ACCEPT = "Accept: */*\r\n";
const DEFAULT_ENCODING = "Accept-Encoding: identity\r\n";
const DEFAULTS = DEFAULT_AGENT + DEFAULT_ACCEPT + DEFAULT_ENCODING;

/** From here on a socket may take only a part at once: bytes can be cut, text would have to be turned into bytes for it again. */
const LARGE_BYTES = 16 * 1024;

export interface Message {
  data: string | Buffer;
  /** Of `data`, as UTF-8. */
  bytes: number;
}

/** `path`: of the URL, as `pathOf` gives it. `host`: as the Host header gives it. Throws TypeError for what no header may hold. */
export function serialise(request: OutboundRequest, path: string, host: string): Message {
  const { method, headers, body } = request;
  let head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  head += request.freshConnection ? "Connection: close\r\n" : "Connection: keep-alive\r\n";
  let plain = true;
  let said = 0;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (!PLAIN.test(value)) {
      if (!TEXT.test(value)) throw unusable(name, "a character that no header has");
      plain = false;
    }
    const meaning = MEANINGS.get(name) ?? meaningOf(name);
    if (meaning === OWN) throw unusable(name, "what the connection decides");
    said |= meaning;
    head += `${name}: ${value}\r\n`;
  }
  head += said === 0 ? DEFAULTS : defaultsBeside(said);
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  if (method === "POST" || body !== undefined) head += `Content-Length: ${length}\r\n`;
  head += "\r\n";
  const bytes = head.length + length;
  if (plain && length < LARGE_BYTES) return { data: body === undefined ? head : head + body, bytes };
  const data = Buffer.allocUnsafe(bytes);
  data.write(head, 0, "latin1");
  if (body !== undefined) data.write(body, head.length, "utf8");
  return { data, bytes };
}

function meaningOf(name: string): number {
  if (!NAME.test(name)) throw unusable(name, "a name that no header has");
  return MEANINGS.get(name.toLowerCase()) ?? 0;
}

function defaultsBeside(said: number): string {
  const agent = (said & AGENT) === 0 ? DEFAULT_AGENT : "";
  const accept = (said & ACCEPT) === 0 ? DEFAULT_ACCEPT : "";
  return agent + accept + ((said & ENCODING) === 0 ? DEFAULT_ENCODING : "");
}

/** As it goes into a request. `origin`: how many characters of the URL come before it. */
export function pathOf(url: string, origin: number): string {
  const written = origin === url.length ? "/" : url.slice(origin);
  // Dots may be steps upwards, which a URL does not keep.
  if (PATH.test(written) && !written.includes("/.") && !/%2e/i.test(written)) return written;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Names only: the value may be a key. */
function unusable(name: string, what: string): TypeError {
  return new TypeError(`The header ${JSON.stringify(name)} cannot be sent: it has ${what}.`);
}
