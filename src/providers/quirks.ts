/** How the plain OpenAI wire is spoken where nothing else is known; a provider names only what differs. */
import type { OpenAIQuirks } from "../core/provider.ts";

const COMMON: OpenAIQuirks = {
  maxTokensField: "max_tokens",
  maxTokens: { whenMissing: null, least: null, most: null },
  seedField: "seed",
  developerRole: "fold",
  streamUsage: "ask",
  usage: "trust",
  streaming: "send",
  toolChoiceRequired: "required",
  toolChoiceNamed: "name",
  toolCallIds: "any",
  parallelToolCalls: "send",
  toolSchemas: "send",
  reasoningHistory: "drop",
  reasoningEffort: "reasoning_effort",
  textContent: "string",
  missingContent: "null",
  messageNames: "send",
  responseFormat: "schema",
  jsonModeStreaming: "send",
  stop: "send",
  emptyAnswers: [],
  reasoningOnly: "empty",
  continuation: "instruction",
  freshConnections: false,
  refusedFields: [],
  refusesZeroTemperature: [],
  headers: {},
};

export function openaiQuirks(differences: Partial<OpenAIQuirks> = {}): OpenAIQuirks {
  return { ...COMMON, ...differences };
}
