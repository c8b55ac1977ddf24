/** Fireworks AI: paid, after a credit of one dollar. */
import type { ProviderSpec } from "../core/provider.ts";
import { openaiQuirks } from "./quirks.ts";

export const fireworks: ProviderSpec = {
  id: "fireworks",
  name: "Fireworks AI",
  status: "paid",
  statusNote:
    "Only a single credit of 1 dollar is free; with a paid key, `freellm models refresh fireworks` finds its models.",
  signUpUrl: "https://app.fireworks.ai/settings/users/api-keys",
  docsUrl: "https://docs.fireworks.ai",
  baseUrl: "https://api.fireworks.ai/inference/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks(),
  auth: "bearer",
  credential: "plain",
  keyPattern: "^fw_[A-Za-z0-9]{20,}$",
  keyPrefixes: ["fw_"],
  environment: ["FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"],
  accountEnvironment: [],
  anonymous: false,
  headerFamily: "generic",
  failedCallsCount: "unknown",
  probe: { method: "GET", path: "/models", valid: [200, 402, 429], invalid: [401], costsQuota: false },
  firstContentMs: null,
  dataUse: "unknown",
  terms: "Its terms are reported not to allow proxies: read them first.",
  models: [],
  source: "https://docs.fireworks.ai/serverless/rate-limits",
  asOf: "2026-10-05",
};
