/** SambaNova: nothing is free for new accounts. */
import { openaiProvider } from "./openai-provider.ts";

export const sambanova = openaiProvider({
  id: "sambanova",
  name: "SambaNova",
  status: "paid",
  statusNote:
    "New accounts have no free allowance; with a paid key, `freellm models refresh sambanova` finds its models.",
  signUpUrl: "https://cloud.sambanova.ai/apis",
  docsUrl: "https://docs.sambanova.ai",
  baseUrl: "https://api.sambanova.ai/v1",
  // A bare UUID: other providers have the same.
  keyPattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
  environment: ["SAMBANOVA_API_KEY"],
  // The model list is public and proves nothing.
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "gemma-4-31B-it",
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: true,
  },
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "https://docs.sambanova.ai/docs/en/models/rate-limits",
  asOf: "2026-10-05",
});
