/** Whose prompts can be counted, and what a prompt takes at a model: as counted, or as estimated. Pure. */
import type { TokenEstimate } from "./estimate.ts";
import type { RoutedModel } from "./event.ts";
import type { ModelEntry } from "./target.ts";

/**
 * OpenAI's models since GPT-4o and its open ones share one vocabulary, o200k, which a library knows. Those of all others
 * (Llama, Qwen, Gemini, Mistral...) are their own: there the estimate and what was learnt of it stand.
 */
const O200K = /(?:^|\/)(?:gpt-(?:oss|4o|4\.1|4\.5|5)|o[134])(?![a-z\d])/;

/** Whether a count of the prompt by the vocabulary o200k holds for the model. Where nobody said which family it is of, that is its id. */
export function isCountable({ family }: Pick<RoutedModel, "family">): boolean {
  return O200K.test(family);
}

/** Tokens of the prompt at this model. */
export function promptTokens(tokens: TokenEstimate, { model, measured }: ModelEntry): number {
  if (tokens.counted !== undefined && isCountable(model)) return tokens.counted;
  return Math.ceil(tokens.input * measured.estimateFactor);
}
