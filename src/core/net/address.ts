/** Where a base URL given by the user may point, whatever way its address is spelt. */

/**
 * `metadata`: services that hand out credentials of a cloud machine. `reserved`: no host that serves anything has it
 * (documentation, benchmarks, future use).
 */
export type AddressClass =
  | "public"
  | "loopback"
  | "private"
  | "link_local"
  | "metadata"
  | "unspecified"
  | "multicast"
  | "reserved";

export type BaseUrlCheck = { url: string } | { error: string; hint: string };

/** AWS and most others, AWS over IPv6, Alibaba, Azure, Oracle, Google over IPv6, as their documentation gives them. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "fd00:ec2::254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd20:ce::254",
]);

const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.goog",
  "metadata.google.internal",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** Names that the public DNS does not have: mDNS, RFC 8375, ICANN's private-use name, and what home routers hand out. */
const LOCAL_SUFFIXES = [".local", ".home.arpa", ".internal", ".lan"];

/** First bytes, length of the prefix in bits, class. The first row that matches holds. Source: IANA special-purpose registries. */
const IPV4_RANGES: readonly (readonly [number, number, AddressClass])[] = [
  [0x00000000, 8, "unspecified"],
  [0x0a000000, 8, "private"],
  [0x64400000, 10, "private"],
  [0x7f000000, 8, "loopback"],
  [0xa9fe0000, 16, "link_local"],
  [0xac100000, 12, "private"],
  [0xc0000000, 24, "reserved"],
  [0xc0000200, 24, "reserved"],
  [0xc0a80000, 16, "private"],
  [0xc6120000, 15, "reserved"],
  [0xc6336400, 24, "reserved"],
  [0xcb007100, 24, "reserved"],
  [0xe0000000, 4, "multicast"],
  [0xf0000000, 4, "reserved"],
];

/**
 * The class of an IPv4 or IPv6 address, in any spelling that a URL may have; brackets and a zone are taken off. IPv6
 * addresses that carry an IPv4 address (mapped, NAT64, 6to4...) have that one's class. null when it is no address.
 */
export function classifyAddress(address: string): AddressClass | null {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const host = hostOf(bare.includes(":") ? `[${bare}]` : bare);
  if (host === null) return null;
  if (host.startsWith("[")) return classifyIpv6(host.slice(1, -1));
  const value = ipv4Value(host);
  return value === null ? null : classifyIpv4(value);
}

/** Whether only this machine reaches a server that listens on `host`. The unspecified address is reached from everywhere. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === "localhost" || classifyAddress(host) === "loopback";
}

/**
 * Checks and normalises the root of an API as a user gave it (no trailing slash). https goes anywhere public or local; plain
 * http only to loopback, private ranges and names that cannot be public: one label, `.local`, `.lan`, `.internal`,
 * `.home.arpa`, `.localhost`. Names are judged as written; what they resolve to is judged with each call.
 */
export function checkBaseUrl(text: string): BaseUrlCheck {
  const trimmed = text.trim();
  if (!/^https?:\/\/[^/]/i.test(trimmed)) {
    return refuse("The base URL must begin with https:// or http://.", "Example: https://api.example.com/v1");
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\s\\\u0000-\u001f\u007f]/.test(trimmed) || !URL.canParse(trimmed)) {
    return refuse("The base URL is malformed.", "Example: https://api.example.com/v1");
  }
  if (/^https?:\/\/[^/?#]*@/i.test(trimmed)) {
    return refuse("The base URL must not hold a user name or password.", "Give the key as the key.");
  }
  if (/[?#]/.test(trimmed)) {
    return refuse(
      "The base URL must not have a query or a fragment.",
      "Leave out everything from `?` or `#` on.",
    );
  }
  const url = new URL(trimmed);
  const host = url.hostname.replace(/\.$/, "");
  const kind = classifyHost(host);
  if (!isCallable(kind)) {
    return refuse(
      kind === null
        ? "The base URL has no usable host name."
        : `The base URL points to an address that is never called (${nameOfClass(kind)}).`,
      "Use the address of the server that speaks the API.",
    );
  }
  if (kind === "public" && url.protocol === "http:") {
    return refuse(
      "Plain http would show the key to everyone on the way.",
      "Use https://. Plain http is for this machine and the local network.",
    );
  }
  const port = url.port === "" ? "" : `:${url.port}`;
  return { url: `${url.protocol}//${host}${port}${url.pathname.replace(/\/+$/, "")}` };
}

function refuse(error: string, hint: string): BaseUrlCheck {
  return { error, hint };
}

/** The host as WHATWG URLs normalise it: decimal, octal, hexadecimal, escaped and full-width spellings become one. */
function hostOf(text: string): string | null {
  if (/[/\\?#@]/.test(text)) return null;
  return URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`).hostname : null;
}

/** Where a base URL may lead. */
export function isCallable(kind: AddressClass | null): kind is "public" | "private" | "loopback" {
  return kind === "public" || kind === "private" || kind === "loopback";
}

/** The class in words: `link-local`. */
export function nameOfClass(kind: AddressClass): string {
  return kind.replace("_", "-");
}

/** `host` is normalised, without a dot at its end. A name counts as public unless it says otherwise. */
export function classifyHost(host: string): AddressClass | null {
  const address = classifyAddress(host);
  if (address !== null) return address;
  if (host.split(".").includes("")) return null;
  if (METADATA_NAMES.has(host)) return "metadata";
  if (host === "localhost" || host.endsWith(".localhost")) return "loopback";
  if (!host.includes(".") || LOCAL_SUFFIXES.some((suffix) => host.endsWith(suffix))) return "private";
  return "public";
}

/** Value of an address in four decimal parts; null when it is a name. */
function ipv4Value(host: string): number | null {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) return null;
  return host.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

function classifyIpv4(value: number): AddressClass {
  const dotted = [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
  if (METADATA_ADDRESSES.has(dotted)) return "metadata";
  for (const [start, bits, kind] of IPV4_RANGES) {
    const shift = 32 - bits;
    if (value >>> shift === start >>> shift) return kind;
  }
  return "public";
}

function classifyIpv6(address: string): AddressClass {
  if (METADATA_ADDRESSES.has(address)) return "metadata";
  if (address === "::") return "unspecified";
  if (address === "::1") return "loopback";
  const groups = ipv6Groups(address);
  const carried = carriedIpv4(groups);
  if (carried !== null) return classifyIpv4(carried);
  const first = groups[0] ?? 0;
  if (first >>> 8 === 0xff) return "multicast";
  if (first >>> 6 === 0xfe80 >>> 6) return "link_local";
  if (first >>> 9 === 0xfc00 >>> 9) return "private";
  const second = groups[1] ?? 0;
  // Teredo and ORCHID (2001::/23), documentation (2001:db8::/32, 3fff::/20).
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return "reserved";
  if (first === 0x3fff && second < 0x1000) return "reserved";
  return first >>> 13 === 1 ? "public" : "reserved";
}

/** The eight groups of a normalised address. */
function ipv6Groups(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const read = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = read(head);
  if (tail === undefined) return before;
  const after = read(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The IPv4 address inside: compatible `::/96`, mapped, translated, NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), 6to4. */
function carriedIpv4(groups: readonly number[]): number | null {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0, last = 0] = groups;
  if (first === 0x2002) return second * 0x10000 + third;
  const low = seventh * 0x10000 + last;
  if (first === 0x64 && second === 0xff9b && third <= 1) return low;
  if (first !== 0 || second !== 0 || third !== 0 || fourth !== 0) return null;
  const isCarrier = (fifth === 0 && (sixth === 0 || sixth === 0xffff)) || (fifth === 0xffff && sixth === 0);
  return isCarrier ? low : null;
}
