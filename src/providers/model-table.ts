/** Compact rows for the models of a provider. Pure: a row in, a ModelSpec out. */
import type { Capabilities, LimitSpec, ModelSpec, ModelStatus, UnitCost } from "../core/provider.ts";

/** What only few rows have; it goes before what the table says. */
export type ModelExtras = Partial<Pick<ModelSpec, "aliases" | "limits" | "speed" | "dataUse" | "unitCost">>;

/**
 * One model a row. `abilities` is made of T (tools), V (vision), J (JSON schema), R (reasoning). Tokens are counted,
 * null is unknown.
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
  more?: ModelExtras,
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
      ...defaults,
      source,
      asOf,
      ...more,
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

/** The names under which limits are published, with what is counted over which time. */
const RATES = {
  requestsPerSecond: ["requests", "second"],
  requestsPerMinute: ["requests", "minute"],
  requestsPerHour: ["requests", "hour"],
  requestsPerDay: ["requests", "day"],
  requestsPerMonth: ["requests", "month"],
  tokensPerMinute: ["tokens", "minute"],
  inputTokensPerMinute: ["input_tokens", "minute"],
  tokensPerDay: ["tokens", "day"],
  tokensPerMonth: ["tokens", "month"],
  unitsPerDay: ["units", "day"],
  concurrency: ["concurrency", "minute"],
} as const;

type RateName = keyof typeof RATES;
/** A number slides; a pair says how the window is emptied. */
type Cap = number | readonly [cap: number, reset: LimitSpec["reset"]];

/** Windows that end at midnight UTC: of the day, or of the last day of the month. */
export const UTC = { zone: "UTC" } as const;

/** A published limit a name. `pool` names the models that share the counters, null counts each model alone. */
export function limits(
  scope: LimitSpec["scope"],
  pool: string | null,
  caps: Partial<Record<RateName, Cap>>,
  source: "documented" | "guessed" = "documented",
): LimitSpec[] {
  const names = Object.keys(RATES).filter((name): name is RateName => name in caps);
  return names.flatMap((name): LimitSpec[] => {
    const given = caps[name];
    if (given === undefined) return [];
    const [metric, window] = RATES[name];
    const [cap, reset] = typeof given === "number" ? [given, "sliding" as const] : given;
    return [{ scope, pool, metric, window, cap, reset, source }];
  });
}

/** Units for a million tokens, as price lists state them. */
export function unitsPerMillion(input: number, output: number): UnitCost {
  return { request: 0, inputToken: input / 1_000_000, outputToken: output / 1_000_000 };
}
