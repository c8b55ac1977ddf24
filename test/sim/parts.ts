/** The parts of a simulation: the books of the simulated providers, and the ledger in memory. */
import { Zones } from "../../src/core/chat/zone.ts";
import { MemoryLedger, type SimParts } from "../../src/core/sim/index.ts";
import { Calendar } from "../../src/providers/simulated/calendar.ts";
import { CapBooks } from "../../src/providers/simulated/caps.ts";

export function simParts(overrides: Partial<SimParts> = {}): SimParts {
  const calendar = new Calendar();
  return {
    createBooks: ({ limits, tokensDated }) =>
      new CapBooks((model) => limits.get(model) ?? [], tokensDated, calendar),
    zones: new Zones(),
    createLedger: () => new MemoryLedger(),
    windowOf: (window, zone, at) => calendar.windowOf(window, zone, at),
    ...overrides,
  };
}
