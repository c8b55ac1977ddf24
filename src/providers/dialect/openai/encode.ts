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
  const refused = refusedFields(target);

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

  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: stream ? "text/event-stream" : "application/json",
  };
  for (const name in quirks.headers) headers[name] = quirks.headers[name] ?? "";
  const root = target.baseUrl.endsWith("/") ? target.baseUrl.replace(/\/+$/, "") : target.baseUrl;
  const url = `${root}/chat/completions`;
  return { url, headers, body: JSON.stringify(body), stream, freshConnection: quirks.freshConnections };
}

const NONE: ReadonlySet<string> = new Set();

/** What this provider refuses always, and what this model was seen to refuse. */
function refusedFields({ provider, refusedParameters }: CallTarget): ReadonlySet<string> {
  const { refusedFields } = provider.quirks;
  if (refusedFields.length === 0 && refusedParameters.size === 0) return NONE;
  const refused = new Set(refusedFields);
  for (const parameter of refusedParameters) refused.add(lastField(parameter));
  return refused;
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

/** Their names on the wire. What a provider calls otherwise, or takes only in some way, has a case of its own below. */
const FIELDS: Readonly<Record<Exclude<keyof SamplingParameters, "reasoningEffort">, string>> = {
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  minP: "min_p",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  repetitionPenalty: "repetition_penalty",
  seed: "seed",
  stop: "stop",
  logitBias: "logit_bias",
  logprobs: "logprobs",
  topLogprobs: "top_logprobs",
  verbosity: "verbosity",
  user: "user",
  serviceTier: "service_tier",
  metadata: "metadata",
  store: "store",
  prediction: "prediction",
};

/** Most requests have one or two of them, so only what is there is looked at. */
function addSampling(body: JsonObject, sampling: SamplingParameters, target: CallTarget): void {
  const { quirks } = target.provider;
  let name: keyof SamplingParameters;
  for (name in sampling) {
    const value = sampling[name];
    if (value === undefined) continue;
    switch (name) {
      case "temperature":
        if (value !== 0 || !quirks.refusesZeroTemperature.includes(target.modelId)) body.temperature = value;
        break;
      case "seed":
        body[quirks.seedField] = value;
        break;
      case "stop":
        body.stop = quirks.stop === "send" && Array.isArray(value) && value.length === 1 ? value[0] : value;
        break;
      case "reasoningEffort":
        // Models that do not think refuse it.
        if (target.capabilities.reasoning) {
          Object.assign(body, reasoningFields(String(value), quirks.reasoningEffort));
        }
        break;
      default:
        body[FIELDS[name]] = value;
    }
  }
}
