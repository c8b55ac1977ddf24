/** A provider of the plain OpenAI wire: its file names its facts, and of the plumbing only what differs. */
import type { OpenAIQuirks, ProbeSpec, ProviderSpec } from "../core/provider.ts";
import { openaiQuirks } from "./quirks.ts";

/** How nearly all of them are reached, and what is known of none of them unless its file says so. */
const COMMON = {
  otherBaseUrls: [],
  dialect: "openai",
  auth: "bearer",
  credential: "plain",
  keyPattern: null,
  keyPrefixes: [],
  accountEnvironment: [],
  anonymous: false,
  headerFamily: "generic",
  failedCallsCount: "unknown",
  firstContentMs: null,
} as const satisfies Partial<ProviderSpec>;

type Common = keyof typeof COMMON;

export type OpenAIProvider = Omit<ProviderSpec, Common | "quirks"> &
  Partial<Pick<ProviderSpec, Common>> & { quirks?: Partial<OpenAIQuirks> };

export function openaiProvider({ quirks, ...facts }: OpenAIProvider): ProviderSpec {
  return { ...COMMON, ...facts, quirks: openaiQuirks(quirks) };
}

/** The list of models, where it is only given to a good key. `control`: nobody knows whether it is. */
export function listProbe(more: Pick<ProbeSpec, "control"> = {}): ProbeSpec {
  return {
    method: "GET",
    path: "/models",
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: false,
    ...more,
  };
}
