/** Everything that is done with a key goes the way that its calls go: tests and lists of models, too. */
import type { Outbound } from "../ports.ts";
import type { ProbePorts } from "./probe.ts";

/** All calls through this proxy (a URL, or `direct`); null leaves it to the setting for all. */
export function outboundThrough(outbound: Outbound, proxy: string | null): Outbound {
  return proxy === null ? outbound : { send: (request) => outbound.send({ ...request, proxy }) };
}

/** The same ports, all calls through this proxy. */
export function throughProxy(ports: ProbePorts, proxy: string | null): ProbePorts {
  const { providers, clock, timers, publicLists, outbound } = ports;
  return { providers, clock, timers, publicLists, outbound: outboundThrough(outbound, proxy) };
}
