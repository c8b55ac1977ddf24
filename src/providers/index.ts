/** The door of the providers: what is known of each, and how each is spoken to. A new one is a data file and a line in the catalogue. */
import type { ProviderSpec, Providers } from "../core/provider.ts";
import { classify, classifyError } from "./classify/index.ts";
import { customProvider } from "./custom.ts";
import { geminiDialect } from "./dialect/gemini/index.ts";
import { openaiDialect } from "./dialect/openai/index.ts";
import { observeReply } from "./meter/index.ts";
import { parseModelList } from "./model-list.ts";
import { BUILT_IN } from "./offered.ts";
import { recogniseKey } from "./recognise.ts";
import { readUsage } from "./usage.ts";

const BY_ID: ReadonlyMap<string, ProviderSpec> = new Map(BUILT_IN.map((provider) => [provider.id, provider]));

const DIALECTS = { openai: openaiDialect, gemini: geminiDialect };

export const providers: Providers = {
  all: () => BUILT_IN,
  find: (id) => BY_ID.get(id),
  custom: customProvider,
  recognise: (key) => recogniseKey(BUILT_IN, key),
  dialect: (provider) => DIALECTS[provider.dialect],
  classify,
  classifyError,
  observe: observeReply,
  readUsage,
  parseModelList,
};
