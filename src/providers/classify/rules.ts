/** All rows in the order in which they are tried. */
import { GENERIC_RULES } from "./generic-rules.ts";
import { PROVIDER_RULES } from "./provider-rules.ts";
import { type Evidence, holds, isSpecific, type Rule } from "./rule.ts";

const ANYWHERE = Object.values(PROVIDER_RULES)
  .flat()
  .filter((rule) => rule.anywhere);

/**
 * The first row that holds. Rows that look into the reply come before those that know the status alone; within both, the
 * provider's own, then those of other providers that cannot be mistaken, then the generic ones.
 */
export function findRule(providerId: string, evidence: Evidence): Rule | undefined {
  const rows = [...(PROVIDER_RULES[providerId] ?? []), ...ANYWHERE, ...GENERIC_RULES];
  const holding = rows.filter((rule) => holds(rule, evidence));
  return holding.find(isSpecific) ?? holding[0];
}
