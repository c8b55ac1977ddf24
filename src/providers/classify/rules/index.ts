/** All rows in the order in which they are tried. */
import { type Evidence, holds, isPortable, isSpecific, type Rule } from "../rule.ts";
import { CLOUDFLARE } from "./cloudflare.ts";
import { GENERIC_RULES } from "./generic.ts";
import { GOOGLE } from "./google.ts";
import { GROQ } from "./groq.ts";
import { MISTRAL } from "./mistral.ts";
import { NVIDIA } from "./nvidia.ts";
import { OPENCODE } from "./opencode.ts";
import { OPENROUTER } from "./openrouter.ts";
import { OTHERS } from "./others.ts";
import { VOLCENGINE } from "./volcengine.ts";
import { ZHIPU } from "./zhipu.ts";

/** By provider id: what it means by a reply, which overrules the status. */
export const PROVIDER_RULES: Readonly<Record<string, readonly Rule[]>> = {
  google: GOOGLE,
  groq: GROQ,
  openrouter: OPENROUTER,
  mistral: MISTRAL,
  nvidia: NVIDIA,
  cloudflare: CLOUDFLARE,
  zhipu: ZHIPU,
  opencode: OPENCODE,
  volcengine: VOLCENGINE,
  ...OTHERS,
};

const ANYWHERE = Object.values(PROVIDER_RULES)
  .flat()
  .filter((rule) => rule.anywhere !== undefined);

/**
 * The first row that holds. Rows that look into the reply come before those that know the status alone; within both, the
 * provider's own, then those of other providers that cannot be mistaken, then the generic ones.
 */
export function findRule(providerId: string, evidence: Evidence): Rule | undefined {
  const own = PROVIDER_RULES[providerId] ?? [];
  const foreign = ANYWHERE.filter((rule) => isPortable(rule, evidence));
  const holding = [...own, ...foreign, ...GENERIC_RULES].filter((rule) => holds(rule, evidence));
  return holding.find(isSpecific) ?? holding[0];
}
