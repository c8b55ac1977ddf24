/** What is checked, what is counted, and what comes out of a simulation. */
import type { SimUse } from "./world.ts";

/** What a schedule must keep to, always. */
export const PROPERTIES = {
  no_cap_429: "no 429 is caused by us when the limits are known",
  full_use: "at least 97 % of every cap is used under full demand",
  usable: "a target is chosen if and only if one is usable, and none that is benched, exhausted or tried",
  restart: "a restart loses no count",
  same_trace: "the same seed gives the same trace",
  ends: "every request ends, and every reservation is settled",
} as const;
export type Property = keyof typeof PROPERTIES;

export interface Violation {
  property: Property;
  at: number;
  reason: string;
}

export interface SimTotals {
  requests: number;
  served: number;
  /** Broke after they had begun. */
  broken: number;
  refused: number;
  exhausted: number;
  gone: number;
  /** Lost in a restart. */
  cut: number;
  /** Requests that needed more than one attempt. */
  failovers: number;
  attempts: number;
  /** Calls refused for a cap by a provider whose limits are known. */
  capped: number;
  decisions: number;
  restarts: number;
}

export interface SimResult {
  violation: Violation | null;
  totals: SimTotals;
  trace: string;
  /** Instants and amounts that each cap let through. */
  admitted: ReadonlyMap<string, readonly { at: number; use: SimUse }[]>;
}
