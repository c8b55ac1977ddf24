/** Token counts, wherever a provider of this wire puts them and whatever it calls them. */
import type { Usage } from "../../../core/chat/event.ts";
import { count, isObject, type JsonObject } from "../../json.ts";

/** The usage of a chunk or a whole reply: at top level or under `x_groq`. Undefined when there is none. */
export function readUsage(reply: JsonObject): Usage | undefined {
  const usage = isObject(reply.usage) ? reply.usage : nested(reply.x_groq);
  if (!usage) return undefined;
  const output = count(usage.completion_tokens) ?? count(usage.output_tokens);
  const total = count(usage.total_tokens);
  const input =
    count(usage.prompt_tokens) ??
    count(usage.input_tokens) ??
    (total === undefined ? undefined : Math.max(0, total - (output ?? 0)));
  // A prompt is never empty: zeros stand for "not counted yet".
  if (!input && !output) return undefined;
  const result: Usage = { inputTokens: input ?? 0, outputTokens: output ?? 0 };
  const cached =
    detail(usage.prompt_tokens_details ?? usage.input_tokens_details, "cached_tokens") ??
    count(usage.prompt_cache_hit_tokens) ??
    count(usage.num_cached_tokens);
  const reasoning =
    detail(usage.completion_tokens_details ?? usage.output_tokens_details, "reasoning_tokens") ??
    count(usage.reasoning_tokens);
  if (cached !== undefined) result.cachedTokens = cached;
  if (reasoning !== undefined) result.reasoningTokens = reasoning;
  return result;
}

function nested(value: unknown): JsonObject | undefined {
  return isObject(value) && isObject(value.usage) ? value.usage : undefined;
}

function detail(value: unknown, field: string): number | undefined {
  return isObject(value) ? count(value[field]) : undefined;
}
