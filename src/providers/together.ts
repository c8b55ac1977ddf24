/** Together AI: paid. */
import { listProbe, openaiProvider } from "./openai-provider.ts";

export const together = openaiProvider({
  id: "together",
  name: "Together AI",
  status: "paid",
  statusNote:
    "It has no lasting free tier; with a paid key, `freellm models refresh together` finds its models.",
  signUpUrl: "https://api.together.ai/settings/api-keys",
  docsUrl: "https://docs.together.ai",
  baseUrl: "https://api.together.ai/v1",
  keyPattern: "^(?:tgp_v1_[A-Za-z0-9_-]{30,}|[0-9a-f]{64})$",
  keyPrefixes: ["tgp_v1_"],
  environment: ["TOGETHER_API_KEY", "TOGETHERAI_API_KEY"],
  probe: listProbe(),
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "https://docs.together.ai/docs/serverless/rate-limits",
  asOf: "2026-10-05",
});
