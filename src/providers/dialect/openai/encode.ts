/** A chat request on the OpenAI wire, bent as the provider's quirks say. */
import type { ChatRequest, SamplingParameters } from "../../../core/chat/request.ts";
import type { CallTarget, EncodedCall } from "../../../core/provider.ts";
import type { JsonObject } from "../../json.ts";
import { lastField } from "../../parameters.ts";
import { encodeMessages } from "./encode-messages.ts";
import { addTools } from "./encode-tools.ts";
import { outputTokens } from "./output-tokens.ts";
import { reasoningFields } from "./reasoning-effort.ts";
import { type EncodedFormat, encodeFormat } from "./response-format.ts";

/** URL, body and headers without the key, which the caller adds. */
export function encode(request: ChatRequest, target: CallTarget): EncodedCall {
  const { quirks } = target.provider;
  const refused = new Set(quirks.refusedFields);
  for (const parameter of target.refusedParameters) refused.add(lastField(parameter));

  const format = formatOf(request, target, refused);
  const jsonMode = format.field !== undefined && format.field.type !== "text";
  const whole = quirks.streaming === "whole" || (jsonMode && quirks.jsonModeStreaming === "whole");
  const stream = request.stream && !whole;

  const body: JsonObject = {
    model: target.modelId,
    messages: encodeMessages(request.messages, quirks, refused, format.instruction),
  };
  addSampling(body, request.sampling, target);
  const limit = outputTokens(request, target);
  if (limit !== undefined) body[maxTokensField(target, refused)] = limit;
  addTools(body, request, quirks, refused);
  if (format.field) body.response_format = format.field;
  if (stream && quirks.streamUsage === "ask") body.stream_options = { include_usage: true };
  for (const field of refused) if (field !== "model" && field !== "messages") delete body[field];
  if (stream) body.stream = true;

  const root = target.baseUrl.replace(/\/+$/, "");
  return {
    url: `${root}/chat/completions`,
    headers: {
      "content-type": "application/json",
      accept: stream ? "text/event-stream" : "application/json",
      ...quirks.headers,
    },
    body: JSON.stringify(body),
    stream,
    ...(quirks.freshConnections && { freshConnection: true }),
  };
}

/** A model that once refused the field is asked in words. */
function formatOf(request: ChatRequest, target: CallTarget, refused: ReadonlySet<string>): EncodedFormat {
  if (!request.responseFormat) return {};
  const how = refused.has("response_format") ? "drop" : target.provider.quirks.responseFormat;
  return encodeFormat(request.responseFormat, how);
}

/** The provider's name for the field, or the other one once that was refused. */
function maxTokensField(target: CallTarget, refused: ReadonlySet<string>): string {
  const usual = target.provider.quirks.maxTokensField;
  if (!refused.has(usual)) return usual;
  return usual === "max_tokens" ? "max_completion_tokens" : "max_tokens";
}

function addSampling(body: JsonObject, sampling: SamplingParameters, target: CallTarget): void {
  const { quirks } = target.provider;
  const set = (field: string, value: unknown): void => {
    if (value !== undefined) body[field] = value;
  };
  const isZeroRefused = quirks.refusesZeroTemperature.includes(target.modelId);
  set("temperature", sampling.temperature === 0 && isZeroRefused ? undefined : sampling.temperature);
  set("top_p", sampling.topP);
  set("top_k", sampling.topK);
  set("min_p", sampling.minP);
  set("frequency_penalty", sampling.frequencyPenalty);
  set("presence_penalty", sampling.presencePenalty);
  set("repetition_penalty", sampling.repetitionPenalty);
  set(quirks.seedField, sampling.seed);
  const { stop } = sampling;
  set("stop", quirks.stop === "send" && stop?.length === 1 ? stop[0] : stop);
  set("logit_bias", sampling.logitBias);
  set("logprobs", sampling.logprobs);
  set("top_logprobs", sampling.topLogprobs);
  // Models that do not think refuse it.
  const effort = target.capabilities.reasoning ? sampling.reasoningEffort : undefined;
  if (effort !== undefined) Object.assign(body, reasoningFields(effort, quirks.reasoningEffort));
  set("verbosity", sampling.verbosity);
  set("user", sampling.user);
  set("service_tier", sampling.serviceTier);
  set("metadata", sampling.metadata);
  set("store", sampling.store);
  set("prediction", sampling.prediction);
}
