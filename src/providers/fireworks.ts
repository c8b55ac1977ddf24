/** Fireworks AI: paid, after a credit of one dollar. */
import { listProbe, openaiProvider } from "./openai-provider.ts";

export const fireworks = openaiProvider({
  id: "fireworks",
  name: "Fireworks AI",
  status: "paid",
  statusNote:
    "Only a single credit of 1 dollar is free; with a paid key, `freellm models refresh fireworks` finds its models.",
  signUpUrl: "https://app.fireworks.ai/settings/users/api-keys",
  docsUrl: "https://docs.fireworks.ai",
  baseUrl: "https://api.fireworks.ai/inference/v1",
  keyPattern: "^fw_[A-Za-z0-9]{20,}$",
  keyPrefixes: ["fw_"],
  environment: ["FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"],
  probe: listProbe(),
  dataUse: "unknown",
  terms: "Its terms are reported not to allow proxies: read them first.",
  models: [],
  source: "https://docs.fireworks.ai/serverless/rate-limits",
  asOf: "2026-10-05",
});
