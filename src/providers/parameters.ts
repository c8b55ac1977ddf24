/** Fields of a chat request that may be left out without changing what is asked: those that a provider may refuse. */

export const OPTIONAL_PARAMETERS: ReadonlySet<string> = new Set([
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "seed",
  "random_seed",
  "stop",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "reasoning_effort",
  "thinking",
  "enable_thinking",
  "thinking_budget",
  "verbosity",
  "user",
  "service_tier",
  "metadata",
  "store",
  "prediction",
  "max_tokens",
  "max_completion_tokens",
  "stream_options",
  "parallel_tool_calls",
  "tool_choice",
  "response_format",
  "reasoning_content",
  "reasoning_details",
  "reasoning",
  "name",
  "strict",
  "detail",
]);

/** The field at the end of a path: `messages.1.reasoning_content`, `tools[0].function.strict`. */
export function lastField(path: string): string {
  const fields = path.split(/[.[\]]+/).filter((field) => field !== "" && !/^\d+$/.test(field));
  return fields.at(-1) ?? path;
}
