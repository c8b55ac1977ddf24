/** A chat request on the OpenAI wire, bent as the provider's quirks say. */
import type { ChatRequest, ResponseFormat, SamplingParameters, Tool } from "../../../core/chat/request.ts";
import type { CallTarget, EncodedCall } from "../../../core/provider.ts";
import type { JsonObject } from "../../json.ts";
import { lastField } from "../../parameters.ts";
import { encodeMessages } from "./encode-messages.ts";

/** URL, body and headers without the key, which the caller adds. */
export function encode(request: ChatRequest, target: CallTarget): EncodedCall {
  const { quirks } = target.provider;
  const refused = new Set(quirks.refusedFields);
  for (const parameter of target.refusedParameters) refused.add(lastField(parameter));

  const jsonMode = request.responseFormat !== undefined && request.responseFormat.type !== "text";
  const stream = request.stream && !(jsonMode && quirks.jsonModeStreaming === "whole");

  const body: JsonObject = {
    model: target.modelId,
    messages: encodeMessages(request.messages, quirks, refused),
  };
  addSampling(body, request.sampling, target);
  if (request.maxOutputTokens !== undefined) {
    const most = target.maxOutputTokens ?? Number.POSITIVE_INFINITY;
    body[maxTokensField(target, refused)] = Math.min(request.maxOutputTokens, most);
  }
  addTools(body, request, target, refused);
  if (request.responseFormat) body.response_format = encodeFormat(request.responseFormat);
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
  };
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
  set("temperature", sampling.temperature);
  set("top_p", sampling.topP);
  set("top_k", sampling.topK);
  set("min_p", sampling.minP);
  set("frequency_penalty", sampling.frequencyPenalty);
  set("presence_penalty", sampling.presencePenalty);
  set("repetition_penalty", sampling.repetitionPenalty);
  set(quirks.seedField, sampling.seed);
  set("stop", sampling.stop);
  set("logit_bias", sampling.logitBias);
  set("logprobs", sampling.logprobs);
  set("top_logprobs", sampling.topLogprobs);
  // Models that do not think refuse it.
  if (target.capabilities.reasoning) set("reasoning_effort", sampling.reasoningEffort);
  set("verbosity", sampling.verbosity);
  set("user", sampling.user);
  set("service_tier", sampling.serviceTier);
  set("metadata", sampling.metadata);
  set("store", sampling.store);
  set("prediction", sampling.prediction);
}

/** Without tools nothing that speaks of tools is sent: several providers refuse it. */
function addTools(
  body: JsonObject,
  request: ChatRequest,
  target: CallTarget,
  refused: ReadonlySet<string>,
): void {
  if (request.tools.length === 0) return;
  const { quirks } = target.provider;
  const choice = request.toolChoice;
  let tools = request.tools;
  if (choice !== undefined) {
    if (choice === "required") {
      body.tool_choice = quirks.toolChoiceRequired;
    } else if (typeof choice === "string") {
      body.tool_choice = choice;
    } else if (quirks.toolChoiceRequired === "required") {
      body.tool_choice = { type: "function", function: { name: choice.name } };
    } else {
      // Where a function cannot be named, it is the only one on offer.
      const named = tools.filter((tool) => tool.name === choice.name);
      if (named.length > 0) tools = named;
      body.tool_choice = quirks.toolChoiceRequired;
    }
  }
  body.tools = tools.map((tool) => encodeTool(tool, refused));
  if (quirks.parallelToolCalls === "force_false") body.parallel_tool_calls = false;
  else if (quirks.parallelToolCalls === "send" && request.parallelToolCalls !== undefined) {
    body.parallel_tool_calls = request.parallelToolCalls;
  }
}

function encodeTool(tool: Tool, refused: ReadonlySet<string>): JsonObject {
  const declared: JsonObject = { name: tool.name };
  if (tool.description !== undefined) declared.description = tool.description;
  if (tool.parameters !== undefined) declared.parameters = tool.parameters;
  if (tool.strict !== undefined && !refused.has("strict")) declared.strict = tool.strict;
  return { type: "function", function: declared };
}

function encodeFormat(format: ResponseFormat): JsonObject {
  if (format.type !== "json_schema") return { type: format.type };
  const schema: JsonObject = { name: format.name };
  if (format.description !== undefined) schema.description = format.description;
  if (format.schema !== undefined) schema.schema = format.schema;
  if (format.strict !== undefined) schema.strict = format.strict;
  return { type: "json_schema", json_schema: schema };
}
