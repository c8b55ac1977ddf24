/** Compact rows for the models of a provider. Pure: a row in, a ModelSpec out. */
import type { Capabilities, LimitSpec, ModelSpec, ModelStatus } from "../core/provider.ts";

/**
 * One model a row. `abilities` is made of T (tools), V (vision), J (JSON schema), R (reasoning). Tokens are counted,
 * null is unknown. `more` holds what only few rows have.
 */
export type ModelRow = readonly [
  id: string,
  family: string,
  name: string,
  status: ModelStatus,
  contextWindow: number | null,
  maxOutputTokens: number | null,
  abilities: string,
  intelligence: number | null,
  asOf: string,
  source: string,
  more?: { aliases?: readonly string[]; limits?: readonly LimitSpec[] },
];

/** What all rows of a table have in common. */
export interface TableDefaults {
  speed: ModelSpec["speed"];
  limits: readonly LimitSpec[];
}

export function modelTable(defaults: TableDefaults, rows: readonly ModelRow[]): ModelSpec[] {
  return rows.map((row): ModelSpec => {
    const [id, family, name, status, contextWindow, maxOutputTokens, abilities] = row;
    const [, , , , , , , intelligence, asOf, source, more = {}] = row;
    return {
      id,
      family,
      name,
      status,
      contextWindow,
      maxOutputTokens,
      capabilities: capabilitiesOf(abilities),
      intelligence,
      speed: defaults.speed,
      limits: more.limits ?? defaults.limits,
      source,
      asOf,
      ...(more.aliases && { aliases: more.aliases }),
    };
  });
}

function capabilitiesOf(abilities: string): Capabilities {
  return {
    tools: abilities.includes("T"),
    vision: abilities.includes("V"),
    jsonSchema: abilities.includes("J"),
    reasoning: abilities.includes("R"),
  };
}

type Rate = Pick<LimitSpec, "metric" | "window" | "cap">;

/** Documented limits of an account; `pool` names the models that share them, null counts each model alone. */
export function accountLimits(
  pool: string | null,
  rates: readonly (Rate & { reset?: LimitSpec["reset"] })[],
): LimitSpec[] {
  return rates.map(({ metric, window, cap, reset = "sliding" }) => ({
    scope: "account",
    pool,
    metric,
    window,
    cap,
    reset,
    source: "documented",
  }));
}
