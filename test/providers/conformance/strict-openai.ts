/** What a provider of the OpenAI wire refuses, made of nothing but its data. The real ones are seldom as strict. */
import type { ProviderSpec } from "../../../src/core/provider.ts";
import { isObject, type JsonObject } from "../../../src/providers/json.ts";

export interface Refusal {
  message: string;
  /** The field at fault, where there is one. */
  field?: string;
}

const FIELDS = new Set(
  (
    "model messages temperature top_p top_k min_p frequency_penalty presence_penalty repetition_penalty stop " +
    "logit_bias logprobs top_logprobs verbosity user service_tier metadata store prediction tools tool_choice " +
    "parallel_tool_calls response_format stream_options stream"
  ).split(" "),
);
const MESSAGE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  system: ["role", "content"],
  developer: ["role", "content"],
  user: ["role", "content"],
  assistant: ["role", "content", "tool_calls"],
  tool: ["role", "content", "tool_call_id"],
};
const EFFORT_FIELDS = {
  reasoning_effort: ["reasoning_effort"],
  none_or_high: ["reasoning_effort"],
  low_high_max: ["reasoning_effort"],
  none_to_max: ["reasoning_effort"],
  thinking_type: ["thinking"],
  enable_thinking: ["enable_thinking", "thinking_budget"],
  drop: [],
} as const;
const EFFORTS: Partial<Record<string, readonly string[]>> = {
  none_or_high: ["none", "high"],
  low_high_max: ["low", "high", "max"],
  none_to_max: ["none", "low", "medium", "high", "max"],
};
const COMPLEX = [
  "$ref",
  "$defs",
  "$schema",
  "anyOf",
  "oneOf",
  "allOf",
  "not",
  "const",
  "additionalProperties",
];

const unknown = (field: string): Refusal => ({
  message: `Unrecognized request argument supplied: ${field}`,
  field,
});
const invalid = (field: string, why: string): Refusal => ({ message: `Invalid '${field}': ${why}`, field });

export function refuse(provider: ProviderSpec, body: JsonObject): Refusal | null {
  return (
    refusedField(provider, body) ??
    refusedNumbers(provider, body) ??
    refusedStream(provider, body) ??
    refusedTools(provider, body) ??
    refusedFormat(provider, body) ??
    refusedMessages(provider, body)
  );
}

function refusedField({ quirks }: ProviderSpec, body: JsonObject): Refusal | null {
  const own = new Set<string>([
    ...FIELDS,
    ...EFFORT_FIELDS[quirks.reasoningEffort],
    quirks.maxTokensField,
    quirks.seedField,
  ]);
  for (const [field, value] of Object.entries(body)) {
    if (quirks.refusedFields.includes(field) || !own.has(field)) return unknown(field);
    if (value === null) return invalid(field, "must not be null");
  }
  const words = EFFORTS[quirks.reasoningEffort];
  const effort = body.reasoning_effort;
  if (words && effort !== undefined && !words.includes(String(effort)))
    return invalid("reasoning_effort", "no such effort");
  if (
    body.thinking !== undefined &&
    !(isObject(body.thinking) && /^(en|dis)abled$/.test(String(body.thinking.type)))
  )
    return invalid("thinking", "its type is enabled or disabled");
  if (body.temperature === 0 && quirks.refusesZeroTemperature.includes(String(body.model)))
    return invalid("temperature", "greedy sampling is not supported");
  if (quirks.stop === "array" && typeof body.stop === "string") return invalid("stop", "must be a list");
  return null;
}

function refusedNumbers({ quirks }: ProviderSpec, body: JsonObject): Refusal | null {
  const field = quirks.maxTokensField;
  const asked = body[field];
  if (asked === undefined) return null;
  const { least, most } = quirks.maxTokens;
  if (typeof asked !== "number" || asked < (least ?? 1)) return invalid(field, `at least ${least ?? 1}`);
  return most !== null && asked > most ? invalid(field, `at most ${most}`) : null;
}

function refusedStream({ quirks }: ProviderSpec, body: JsonObject): Refusal | null {
  if (body.stream === true && quirks.streaming === "whole") return invalid("stream", "not supported");
  if (body.stream_options === undefined) return null;
  if (quirks.streamUsage === "never") return unknown("stream_options");
  return body.stream === true ? null : invalid("stream_options", "only with stream");
}

function refusedTools({ quirks }: ProviderSpec, body: JsonObject): Refusal | null {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = body;
  if (tools === undefined) {
    if (choice !== undefined) return invalid("tool_choice", "only with tools");
    return parallel === undefined ? null : invalid("parallel_tool_calls", "only with tools");
  }
  if (!Array.isArray(tools) || tools.length === 0)
    return invalid("tools", "must be a list with something in it");
  for (const tool of tools) {
    const declared =
      isObject(tool) && tool.type === "function" && isObject(tool.function) ? tool.function : {};
    if (typeof declared.name !== "string") return invalid("tools", "a function has a name");
    const { parameters } = declared;
    if (parameters !== undefined && !(isObject(parameters) && parameters.type === "object"))
      return invalid("tools", "parameters are an object");
    if (quirks.toolSchemas === "plain" && isComplex(parameters))
      return invalid("tools", "schema not understood");
  }
  if (quirks.parallelToolCalls === "drop" && parallel !== undefined) return unknown("parallel_tool_calls");
  if (quirks.parallelToolCalls === "force_false" && parallel !== false)
    return { message: "This model only supports single tool-calls at once!" };
  const words = [
    "auto",
    ...(quirks.toolChoiceRequired === "auto" ? [] : ["none", quirks.toolChoiceRequired]),
  ];
  const named =
    isObject(choice) && quirks.toolChoiceRequired === "required" && quirks.toolChoiceNamed === "name";
  return choice === undefined || named || words.includes(String(choice))
    ? null
    : invalid("tool_choice", "not supported");
}

function isComplex(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(isComplex);
  if (!isObject(schema)) return false;
  if (COMPLEX.some((keyword) => keyword in schema) || Array.isArray(schema.type)) return true;
  return Object.values(schema).some(isComplex);
}

function refusedFormat({ quirks }: ProviderSpec, body: JsonObject): Refusal | null {
  const format = body.response_format;
  if (format === undefined) return null;
  if (quirks.responseFormat === "drop") return unknown("response_format");
  const type = isObject(format) ? format.type : undefined;
  const other = { object: "json_schema", schema_only: "json_object", schema: null }[quirks.responseFormat];
  if (type === other) return invalid("response_format", "no such type");
  if (type !== "text" && body.stream === true && quirks.jsonModeStreaming === "whole")
    return invalid("response_format", "not with streaming");
  return null;
}

function refusedMessages({ quirks }: ProviderSpec, body: JsonObject): Refusal | null {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) return invalid("messages", "must be a list");
  const open = new Set<unknown>();
  for (const [at, message] of messages.entries()) {
    if (!isObject(message)) return invalid(`messages.${at}`, "must be an object");
    const role = String(message.role);
    if (role === "developer" && quirks.developerRole === "fold")
      return invalid(`messages.${at}.role`, "no such role");
    const known = new Set<string>(MESSAGE_FIELDS[role] ?? []);
    if (role !== "tool" && quirks.messageNames === "send") known.add("name");
    if (role === "assistant" && quirks.reasoningHistory !== "drop") known.add(quirks.reasoningHistory);
    if (role === "assistant" && quirks.reasoningHistory === "reasoning_details") known.add("reasoning");
    for (const field of Object.keys(message))
      if (!known.has(field)) return unknown(`messages.${at}.${field}`);
    const wrong = refusedContent(message, quirks.textContent === "string", quirks.missingContent === "null");
    if (wrong !== null) return invalid(`messages.${at}.content`, wrong);
    for (const call of Array.isArray(message.tool_calls) ? message.tool_calls : []) {
      const id = isObject(call) ? String(call.id) : "";
      if (quirks.toolCallIds === "nine" && !/^[A-Za-z0-9]{9}$/.test(id))
        return { message: "Tool call id has to be defined and be of exactly nine letters and digits" };
      open.add(id);
    }
    if (role === "tool" && !open.delete(message.tool_call_id))
      return { message: "a result without its call" };
  }
  return null;
}

function refusedContent(message: JsonObject, flat: boolean, mayBeNull: boolean): string | null {
  const { content } = message;
  if (typeof content === "string") return null;
  if (content === null) return mayBeNull && message.tool_calls !== undefined ? null : "must not be null";
  if (!Array.isArray(content)) return "must be a text or a list";
  if (flat && content.every((part) => isObject(part) && part.type === "text")) return "must be a text";
  const good = content.every(
    (part) =>
      isObject(part) && (part.type === "text" || (part.type === "image_url" && isObject(part.image_url))),
  );
  return good ? null : "no such part";
}
