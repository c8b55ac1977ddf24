/**
 * Where a call may go. Each origin is judged once as it is written; a name that no built-in provider has is resolved,
 * all its addresses are judged, and the call goes to one of those. A resolver that answers differently a moment
 * later leads nowhere.
 */
import type { FailureError } from "../chat/failure.ts";
import type { Clock, Resolver } from "../ports.ts";
import { type AddressClass, classifyAddress, classifyHost, isCallable, nameOfClass } from "./address.ts";
import { refused } from "./refusal.ts";

export interface Destination {
  /** The beginning of the URL, without the slash that follows. */
  readonly origin: string;
  readonly protocol: "http:" | "https:";
  /** Without the dot that a name may have at its end; IPv6 addresses in brackets. */
  readonly host: string;
  /** `:8080`; empty for the scheme's own. */
  readonly port: string;
  readonly loopback: boolean;
  /** There is nothing to look up: an address, `localhost`, or a host of a built-in provider, whose certificate is proof enough. */
  readonly fixed: boolean;
}

interface Pin {
  addresses: readonly string[];
  /** By the monotonic clock. */
  until: number;
}

/** How long a checked address is used without asking again. */
const PIN_MS = 60_000;
/** Origins remembered; far more than anybody has endpoints. */
const MOST_ORIGINS = 1_000;

const REMEDY = "Correct the base URL of this key, or remove the key.";

export interface DestinationOptions {
  clock: Pick<Clock, "monotonic">;
  resolver: Resolver;
  /** Origins (https) of the built-in providers. */
  trusted: readonly string[];
  /** Nothing but the public internet, and by plain http, too: for addresses that stand in requests, where no key goes. */
  publicOnly?: boolean;
}

export class Destinations {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #resolver: Resolver;
  readonly #trusted: ReadonlySet<string>;
  readonly #publicOnly: boolean;
  readonly #known = new Map<string, Destination>();
  readonly #pins = new Map<string, Pin>();
  readonly #pending = new Map<string, Promise<readonly string[]>>();

  constructor(options: DestinationOptions) {
    this.#clock = options.clock;
    this.#resolver = options.resolver;
    this.#trusted = new Set(options.trusted);
    this.#publicOnly = options.publicOnly === true;
  }

  /** Throws FailureError for a URL that is never called, TypeError for what is not http at all. */
  of(url: string): Destination {
    const start = url.startsWith("https://") ? 8 : url.startsWith("http://") ? 7 : 0;
    // A client of HTTP may open file: and data: URLs, too.
    if (start === 0) throw new TypeError("Only http and https URLs are called.");
    const slash = url.indexOf("/", start);
    const origin = slash === -1 ? url : url.slice(0, slash);
    const known = this.#known.get(origin);
    if (known) return known;
    const destination = this.#judge(origin);
    if (this.#known.size >= MOST_ORIGINS) this.#known.clear();
    this.#known.set(origin, destination);
    return destination;
  }

  /** The checked addresses of a destination that is not fixed: at once when they are known. Rejects with FailureError, or as the resolver does. */
  addressesOf(destination: Destination): readonly string[] | Promise<readonly string[]> {
    const pin = this.#pins.get(destination.origin);
    if (pin && this.#clock.monotonic() < pin.until) return pin.addresses;
    const pending = this.#pending.get(destination.origin);
    if (pending) return pending;
    const asked = this.#resolve(destination).finally(() => this.#pending.delete(destination.origin));
    this.#pending.set(destination.origin, asked);
    return asked;
  }

  #judge(origin: string): Destination {
    // What follows the host must not be part of the origin, or another URL could share its verdict.
    if (!/^https?:\/\/[^/?#\\@\s]+$/.test(origin) || !URL.canParse(origin)) {
      throw refused("malformed", `The URL of the call is malformed. ${REMEDY}`);
    }
    const url = new URL(origin);
    const host = url.hostname.replace(/\.$/, "");
    const kind = classifyHost(host);
    this.#check(host, url.protocol, kind);
    return {
      origin,
      protocol: url.protocol === "http:" ? "http:" : "https:",
      host,
      port: url.port === "" ? "" : `:${url.port}`,
      loopback: kind === "loopback",
      fixed: host === "localhost" || classifyAddress(host) !== null || this.#trusted.has(url.origin),
    };
  }

  #check(host: string, protocol: string, kind: AddressClass | null): void {
    if (this.#publicOnly) {
      if (kind !== "public") throw notPublic(host, kind);
      return;
    }
    if (!isCallable(kind)) throw neverCalled(host, kind);
    if (protocol === "http:" && kind === "public") throw plainHttp(host);
  }

  async #resolve(destination: Destination): Promise<readonly string[]> {
    const { host, origin, protocol } = destination;
    const addresses = await this.#resolver.addresses(host);
    if (addresses.length === 0) throw refused("no-address", `${host} has no address. ${REMEDY}`);
    for (const address of addresses) {
      const kind = classifyAddress(address);
      this.#check(host, protocol, kind);
      // Names that stand for this machine, and so bypass a proxy, must keep that promise.
      if (destination.loopback && kind !== "loopback") throw neverCalled(host, kind);
    }
    if (this.#pins.size >= MOST_ORIGINS) this.#pins.clear();
    this.#pins.set(origin, { addresses, until: this.#clock.monotonic() + PIN_MS });
    return addresses;
  }
}

function neverCalled(host: string, kind: AddressClass | null): FailureError {
  const what = kind === null ? "not an address" : nameOfClass(kind);
  return refused("address", `${host} leads where freellm never calls (${what}). ${REMEDY}`);
}

function notPublic(host: string, kind: AddressClass | null): FailureError {
  const what = kind === null ? "not an address" : nameOfClass(kind);
  return refused("not-public", `${host} is not on the public internet (${what}).`);
}

function plainHttp(host: string): FailureError {
  return refused(
    "plain-http",
    `${host} is not on the local network, and plain http would show the key to everyone on the way. Use https:// in the base URL of this key.`,
  );
}
