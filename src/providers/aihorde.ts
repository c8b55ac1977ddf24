/** AI Horde: volunteers. Slow, without tools, and one piece at a time. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["google/gemma-4-31b", "gemma-4-31b", "Gemma 4 31B", "unverified", null, null, "R", 70, "2026-09-12", CATALOG],
  ["aphrodite/TheDrummer/Skyfall-31B-v4.2", "skyfall-31b", "Skyfall 31B v4.2", "unverified", null, null, "", 46, "2026-09-12", CATALOG],
  ["aphrodite/TheDrummer/Cydonia-24B-v4.3", "cydonia-24b", "Cydonia 24B v4.3", "unverified", null, null, "", 44, "2026-09-12", CATALOG],
];

export const aihorde = openaiProvider({
  id: "aihorde",
  name: "AI Horde",
  status: "limited",
  statusNote: "Volunteers answer, slowly, and which models there are changes with them.",
  signUpUrl: "https://aihorde.net/register",
  docsUrl: "https://oai.aihorde.net/docs",
  baseUrl: "https://oai.aihorde.net/v1",
  quirks: {
    maxTokens: { whenMissing: 512, least: 16, most: null },
    streaming: "whole",
    streamUsage: "never",
    // Counts kudos.
    usage: "ignore",
    parallelToolCalls: "drop",
    reasoningEffort: "drop",
    responseFormat: "drop",
    stop: "array",
    refusedFields: [
      "seed",
      "frequency_penalty",
      "presence_penalty",
      "repetition_penalty",
      "logit_bias",
      "logprobs",
      "top_logprobs",
      "tools",
      "tool_choice",
    ],
    // The documented key of those who have none; the user's own takes its place.
    headers: { authorization: "Bearer 0000000000" },
  },
  keyPattern: "^[A-Za-z0-9_-]{22}$",
  environment: ["AIHORDE_API_KEY", "HORDE_API_KEY"],
  anonymous: true,
  headerFamily: "none",
  // Answers any key: nothing proves one good.
  probe: { method: "GET", path: "/models", valid: [], invalid: [401], costsQuota: false },
  // Calls wait in a queue.
  firstContentMs: 180_000,
  dataUse: "unknown",
  terms: "A commons of volunteers; use without an account is welcome.",
  models: modelTable({ speed: "slow", limits: [] }, MODELS),
  source: "https://oai.aihorde.net/docs",
  asOf: "2026-10-05",
});
