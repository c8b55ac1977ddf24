/** Proxies as users write them. */
import { classifyAddress, classifyHost } from "./address.ts";

export type ProxyCheck = { url: string } | { error: string; hint: string };

/** In the place of a proxy's URL: none, whatever holds for the other calls. */
export const DIRECT = "direct";

const EXAMPLE = "Example: http://user:password@proxy.example:3128 or socks5://127.0.0.1:1080";

/**
 * Checks and normalises the URL of a proxy: http, https, socks5 (socks5h is the same: the proxy resolves names), with or
 * without user and password; or `direct`. No message repeats the URL, which may hold a password.
 */
export function checkProxyUrl(text: string): ProxyCheck {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === DIRECT) return { url: DIRECT };
  const scheme = /^(https?|socks5h?):\/\/[^/]/i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return { error: "The proxy must begin with http://, https:// or socks5://.", hint: EXAMPLE };
  }
  // As http, so that the host is read and normalised in one way for all schemes.
  const asHttp = `http${trimmed.slice(scheme.length)}`;
  if (/[\s\\]/.test(trimmed) || !URL.canParse(asHttp) || new URL(asHttp).hostname === "") {
    return { error: "The URL of the proxy is malformed.", hint: EXAMPLE };
  }
  const url = new URL(asHttp);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return { error: "The URL of the proxy must end after host and port.", hint: EXAMPLE };
  }
  if (scheme === "https" && classifyAddress(url.hostname) !== null) {
    return {
      error: "An https:// proxy needs a host name: its certificate is checked for it.",
      hint: "Write the name of the proxy, or http:// if it has no certificate.",
    };
  }
  if (!decodes(url.username) || !decodes(url.password)) {
    return {
      error: "User or password of the proxy are not encoded as in a URL.",
      hint: "Write % as %25, @ as %40, : as %3A.",
    };
  }
  const kept = scheme === "socks5h" ? "socks5" : scheme;
  const user = url.username === "" ? "" : `${url.username}${url.password && `:${url.password}`}@`;
  return { url: `${kept}://${user}${url.hostname}:${portOf(asHttp, kept)}` };
}

/** The proxy without user and password, for messages and lists. `url` is as checkProxyUrl gives it. */
export function describeProxy(url: string): string {
  return url.replace(/^([a-z0-9]+:\/\/)[^/]*@/, "$1");
}

/** Whether the way to the proxy stays on this machine or the local network. */
export function isLocalProxy(url: string): boolean {
  const { hostname } = new URL(url.replace(/^[a-z0-9]+:/, "http:"));
  const kind = classifyHost(hostname.replace(/\.$/, ""));
  return kind === "loopback" || kind === "private";
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** The port as written: parsing as http loses a written 80. */
function portOf(asHttp: string, scheme: string): string {
  const written = /:(\d+)\/?$/.exec(asHttp)?.[1];
  if (written !== undefined) return String(Number(written));
  if (scheme === "socks5") return "1080";
  return scheme === "https" ? "443" : "80";
}
