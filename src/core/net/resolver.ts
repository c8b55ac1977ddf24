/** Names of hosts by way of the operating system: hosts file, mDNS and DNS, as it is set up. */
import type { Resolver } from "../ports.ts";

/** IPv4 comes first: a machine whose IPv6 leads nowhere is commoner than a server without IPv4. */
export function systemResolver(): Resolver {
  return {
    async addresses(host) {
      const { lookup } = await import("node:dns/promises");
      const found = await lookup(host, { all: true, order: "ipv4first" });
      return found.map(({ address }) => address);
    },
  };
}
