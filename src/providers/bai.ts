/** B.AI: one model at a time, as a promotion. */
import { listProbe, openaiProvider } from "./openai-provider.ts";

export const bai = openaiProvider({
  id: "bai",
  name: "B.AI",
  status: "limited",
  statusNote: "Free only as a promotion of single models; `freellm models refresh bai` finds its models.",
  signUpUrl: "https://b.ai",
  docsUrl: null,
  baseUrl: "https://api.b.ai/v1",
  environment: ["BAI_API_KEY", "B_AI_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
