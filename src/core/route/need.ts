/** What a call takes, in every measure that a limit can have. */
import type { LimitMetric, UnitCost } from "./limits.ts";

/** What a call takes from a counter when it is reserved. */
export interface Need {
  requests: number;
  tokens: number;
  inputTokens: number;
  /** Of the provider's own measure, such as neurons. */
  units: number;
}

/** What a call takes: `unitCost` is needed where the provider counts in units of its own. */
export function needFor(
  requests: number,
  inputTokens: number,
  outputTokens: number,
  unitCost: UnitCost | undefined,
): Need {
  const units = unitCost
    ? requests * unitCost.request + inputTokens * unitCost.inputToken + outputTokens * unitCost.outputToken
    : 0;
  return { requests, tokens: inputTokens + outputTokens, inputTokens, units };
}

/** What of it a limit of this metric counts. */
export function amountOf(metric: LimitMetric, need: Need): number {
  switch (metric) {
    case "requests":
    case "concurrency":
      return need.requests;
    case "tokens":
      return need.tokens;
    case "input_tokens":
      return need.inputTokens;
    case "units":
      return need.units;
  }
}
