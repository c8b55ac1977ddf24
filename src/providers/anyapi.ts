/** AnyAPI: promises 100,000 tokens a day. */
import { listProbe, openaiProvider } from "./openai-provider.ts";

export const anyapi = openaiProvider({
  id: "anyapi",
  name: "AnyAPI",
  status: "limited",
  statusNote:
    "Whether its free tier answers at all is in doubt; `freellm models refresh anyapi` finds its models.",
  signUpUrl: "https://anyapi.ai",
  docsUrl: null,
  baseUrl: "https://api.anyapi.ai/v1",
  environment: ["ANYAPI_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
