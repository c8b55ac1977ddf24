/** The providers that freellm knows, in the order in which they are offered. A new one is a data file and a line here. */
import type { ProviderSpec, Providers } from "../core/provider.ts";
import { classify, classifyError } from "./classify/index.ts";
import { customProvider } from "./custom.ts";
import { geminiDialect } from "./dialect/gemini/index.ts";
import { openaiDialect } from "./dialect/openai/index.ts";
import { google } from "./google.ts";
import { groq } from "./groq.ts";
import { observeReply } from "./meter/index.ts";
import { mistral } from "./mistral.ts";
import { parseModelList } from "./model-list.ts";
import { nvidia } from "./nvidia.ts";
import { openrouter } from "./openrouter.ts";

const BUILT_IN: readonly ProviderSpec[] = [google, groq, openrouter, mistral, nvidia];

const DIALECTS = { openai: openaiDialect, gemini: geminiDialect };

export const providers: Providers = {
  all: () => BUILT_IN,
  find: (id) => BUILT_IN.find((provider) => provider.id === id),
  custom: customProvider,
  recognise,
  dialect: (provider) => DIALECTS[provider.dialect],
  classify,
  classifyError,
  observe: observeReply,
  parseModelList,
};

/** By prefix alone, the longest that fits: shapes without one belong to several providers. */
function recognise(key: string): ProviderSpec | undefined {
  const pasted = key.trim();
  let found: ProviderSpec | undefined;
  let length = 0;
  for (const provider of BUILT_IN) {
    for (const prefix of provider.keyPrefixes) {
      if (prefix.length > length && pasted.length > prefix.length && pasted.startsWith(prefix)) {
        found = provider;
        length = prefix.length;
      }
    }
  }
  return found;
}
