/** The door of the providers: what is known of each, and how each is spoken to. A new one is a data file and a line in the catalogue. */
import type { ProviderSpec, ProviderStatus, Providers } from "../core/provider.ts";
import * as catalogue from "./catalogue.ts";
import { classify, classifyError } from "./classify/index.ts";
import { customProvider } from "./custom.ts";
import { geminiDialect } from "./dialect/gemini/index.ts";
import { openaiDialect } from "./dialect/openai/index.ts";
import { observeReply } from "./meter/index.ts";
import { parseModelList } from "./model-list.ts";
import { recogniseKey } from "./recognise.ts";
import { readUsage } from "./usage.ts";

const OFFERED: readonly ProviderStatus[] = ["active", "limited", "paid", "retired"];

/** In the order in which they are offered: what is free comes first, then by id. */
const BUILT_IN: readonly ProviderSpec[] = Object.values(catalogue).sort(
  (one, other) => OFFERED.indexOf(one.status) - OFFERED.indexOf(other.status) || (one.id < other.id ? -1 : 1),
);

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
