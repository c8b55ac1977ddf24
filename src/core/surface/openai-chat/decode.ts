/** A chat completion request into the canonical form. */
import * as v from "valibot";
import { ProblemError } from "../../chat/problem.ts";
import type { ChatRequest, ResponseFormat, SamplingParameters } from "../../chat/request.ts";
import { missing, problemOf } from "./invalid.ts";
import { decodeMessages } from "./messages.ts";
import { chatBody, type RawBody, type RawFormat } from "./schema.ts";
import { decodeTools, usesFunctions } from "./tools.ts";

/**
 * `body` is parsed JSON, `bytes` its size on the wire. Strings and JSON schemas are handed on, not copied.
 * Throws ProblemError, naming the field, for what the OpenAI API would refuse.
 */
export function decode(body: unknown, bytes: number): ChatRequest {
  if (namesNoModel(body)) throw missing("model");
  const result = v.safeParse(chatBody, body, { abortEarly: true });
  if (!result.success) throw new ProblemError(problemOf(result.issues[0]));
  const raw = result.output;
  const { tools, choice } = decodeTools(raw);
  const model = raw.model ?? raw.models?.[0];
  if (model === undefined) throw missing("model");
  const request: ChatRequest = {
    model,
    messages: decodeMessages(raw.messages),
    tools,
    sampling: decodeSampling(raw),
    stream: raw.stream ?? false,
    includeUsage: raw.stream_options?.include_usage ?? false,
    bytes,
  };
  const fallbackModels = raw.models?.filter((name) => name !== model) ?? [];
  if (fallbackModels.length > 0) request.fallbackModels = fallbackModels;
  if (raw.prompt_cache_key) request.conversation = raw.prompt_cache_key;
  if (choice !== undefined) request.toolChoice = choice;
  if (usesFunctions(raw)) request.legacyFunctions = true;
  if (raw.parallel_tool_calls != null) request.parallelToolCalls = raw.parallel_tool_calls;
  if (raw.response_format != null) request.responseFormat = decodeFormat(raw.response_format);
  const maxOutputTokens = raw.max_completion_tokens ?? raw.max_tokens;
  if (maxOutputTokens != null) request.maxOutputTokens = maxOutputTokens;
  return request;
}

/** Told before all else that may be wrong, as the OpenAI API does. */
function namesNoModel(body: unknown): boolean {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  return !("model" in body) && !("models" in body);
}

function decodeFormat(raw: RawFormat): ResponseFormat {
  if (raw.type !== "json_schema") return { type: raw.type };
  if (!("json_schema" in raw)) throw missing("response_format.json_schema");
  const { name, schema, description, strict } = raw.json_schema;
  const format: ResponseFormat = { type: "json_schema", name };
  if (schema != null) format.schema = schema;
  if (description != null) format.description = description;
  if (strict != null) format.strict = strict;
  return format;
}

function decodeSampling(raw: RawBody): SamplingParameters {
  const sampling: SamplingParameters = {};
  if (raw.temperature != null) sampling.temperature = raw.temperature;
  if (raw.top_p != null) sampling.topP = raw.top_p;
  if (raw.top_k != null) sampling.topK = raw.top_k;
  if (raw.min_p != null) sampling.minP = raw.min_p;
  if (raw.frequency_penalty != null) sampling.frequencyPenalty = raw.frequency_penalty;
  if (raw.presence_penalty != null) sampling.presencePenalty = raw.presence_penalty;
  if (raw.repetition_penalty != null) sampling.repetitionPenalty = raw.repetition_penalty;
  if (raw.seed != null) sampling.seed = raw.seed;
  const stop = typeof raw.stop === "string" ? [raw.stop] : raw.stop;
  if (stop != null && stop.length > 0) sampling.stop = stop;
  if (raw.logit_bias != null) sampling.logitBias = raw.logit_bias;
  if (raw.logprobs != null) sampling.logprobs = raw.logprobs;
  if (raw.top_logprobs != null) sampling.topLogprobs = raw.top_logprobs;
  const effort = raw.reasoning_effort ?? raw.reasoning?.effort;
  if (effort != null) sampling.reasoningEffort = effort;
  if (raw.verbosity != null) sampling.verbosity = raw.verbosity;
  if (raw.user != null) sampling.user = raw.user;
  if (raw.service_tier != null) sampling.serviceTier = raw.service_tier;
  if (raw.metadata != null) sampling.metadata = raw.metadata;
  if (raw.store != null) sampling.store = raw.store;
  if (raw.prediction != null) sampling.prediction = raw.prediction;
  return sampling;
}
