/** Volcengine Ark: Doubao models, opened one by one in its console. */
import { listProbe, openaiProvider } from "./openai-provider.ts";

export const volcengine = openaiProvider({
  id: "volcengine",
  name: "Volcengine Ark",
  status: "limited",
  statusNote:
    "Needs a real name in China, and each model must be opened in its console; `freellm models refresh volcengine` finds its models.",
  signUpUrl: "https://console.volcengine.com/ark",
  docsUrl: "https://www.volcengine.com/docs/82379",
  baseUrl: "https://ark.cn-beijing.volces.com/api/v3",
  quirks: { reasoningEffort: "thinking_type" },
  // A bare UUID: other providers have the same.
  keyPattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
  environment: ["ARK_API_KEY", "VOLCENGINE_API_KEY", "VOLC_API_KEY", "DOUBAO_API_KEY"],
  probe: listProbe(),
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "https://volcengine.com/docs/82379/1299023",
  asOf: "2026-10-05",
});
