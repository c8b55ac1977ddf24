/** Everything that is done with a key goes the way that its calls go: tests and lists of models, too. */
import type { ProbePorts } from "./probe.ts";

/** The same ports with all calls through this proxy (a URL, or `direct`); null leaves it to the setting for all. */
export function throughProxy(ports: ProbePorts, proxy: string | null): ProbePorts {
  if (proxy === null) return ports;
  const { providers, clock, timers, publicLists, outbound } = ports;
  return {
    providers,
    clock,
    timers,
    publicLists,
    outbound: { send: (request) => outbound.send({ ...request, proxy }) },
  };
}
