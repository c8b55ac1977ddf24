/** A chat request on Gemini's native wire. Sampling knobs that it has no word for are left out. */
import type { ChatRequest, ResponseFormat } from "../../../core/chat/request.ts";
import type { CallTarget, EncodedCall } from "../../../core/provider.ts";
import type { JsonObject } from "../../json.ts";
import { lastField } from "../../parameters.ts";
import { encodeHistory } from "./encode-contents.ts";
import { wireName } from "./names.ts";
import { textParts } from "./parts.ts";
import { reduceParameters, reduceSchema } from "./schema.ts";
import { type ModelTraits, thinkingConfig, traitsOf } from "./traits.ts";

/** More are refused. */
const MAX_STOPS = 5;

/** URL, body and headers without the key, which the caller adds. */
export function encode(request: ChatRequest, target: CallTarget): EncodedCall {
  const traits = traitsOf(target.modelId);
  const { system, contents } = encodeHistory(request.messages, target, traits);
  const wanted = jsonSchemaOf(request.responseFormat);
  const native = target.capabilities.jsonSchema && (traits.jsonWithTools || request.tools.length === 0);
  const instruction = [system, wanted !== null && !native ? inWords(wanted) : ""]
    .filter((text) => text !== "")
    .join("\n\n");

  const body: JsonObject = { contents };
  if (instruction !== "" && traits.system === "instruction" && contents.length > 0) {
    body.systemInstruction = { parts: textParts(instruction) };
  } else if (instruction !== "") {
    const [first] = contents;
    if (first?.role === "user") first.parts.unshift(...textParts(instruction));
    else contents.unshift({ role: "user", parts: textParts(instruction) });
  }
  // Contents may not be empty, nor may their parts.
  if (contents.length === 0) contents.push({ role: "user", parts: textParts(" ") });
  addTools(body, request);
  const config = generationConfig(request, target, traits);
  if (wanted !== null && native) {
    config.responseMimeType = "application/json";
    if (wanted.schema !== undefined) config.responseSchema = reduceSchema(wanted.schema);
  }
  dropRefused(config, target.refusedParameters);
  if (Object.keys(config).length > 0) body.generationConfig = config;

  const root = target.baseUrl.replace(/\/+$/, "");
  const method = request.stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    url: `${root}/${modelPath(target.modelId)}:${method}`,
    headers: {
      "content-type": "application/json",
      accept: request.stream ? "text/event-stream" : "application/json",
    },
    body: JSON.stringify(body),
    stream: request.stream,
  };
}

function modelPath(id: string): string {
  const path = id.split("/").map(encodeURIComponent).join("/");
  return path.includes("/") ? path : `models/${path}`;
}

interface WantedJson {
  schema?: Record<string, unknown>;
}

function jsonSchemaOf(format: ResponseFormat | undefined): WantedJson | null {
  if (format === undefined || format.type === "text") return null;
  return format.type === "json_schema" && format.schema !== undefined ? { schema: format.schema } : {};
}

/** For models that cannot be held to JSON, or not beside tools. */
function inWords({ schema }: WantedJson): string {
  const ask = "Give the answer itself as JSON alone, without a code fence.";
  return schema === undefined ? ask : `${ask} It must match this JSON schema: ${JSON.stringify(schema)}`;
}

function addTools(body: JsonObject, { tools, toolChoice }: ChatRequest): void {
  if (tools.length === 0) return;
  const functionDeclarations = tools.map(({ name, description, parameters }) => {
    const declared: JsonObject = { name: wireName(name) };
    if (description !== undefined && description !== "") declared.description = description;
    const reduced = parameters === undefined ? undefined : reduceParameters(parameters);
    if (reduced !== undefined) declared.parameters = reduced;
    return declared;
  });
  body.tools = [{ functionDeclarations }];
  if (toolChoice === undefined || toolChoice === "auto") return;
  const functionCallingConfig: JsonObject = { mode: toolChoice === "none" ? "NONE" : "ANY" };
  if (typeof toolChoice !== "string") {
    functionCallingConfig.allowedFunctionNames = [wireName(toolChoice.name)];
  }
  body.toolConfig = { functionCallingConfig };
}

function generationConfig(request: ChatRequest, target: CallTarget, traits: ModelTraits): JsonObject {
  const { sampling, maxOutputTokens } = request;
  const config: JsonObject = {};
  const set = (field: string, value: unknown): void => {
    if (value !== undefined) config[field] = value;
  };
  set("temperature", sampling.temperature);
  set("topP", sampling.topP);
  set("topK", sampling.topK);
  // 32 bits are all that it takes.
  if (sampling.seed !== undefined) config.seed = sampling.seed | 0;
  const stops = sampling.stop?.filter((stop) => stop !== "").slice(0, MAX_STOPS) ?? [];
  if (stops.length > 0) config.stopSequences = stops;
  if (maxOutputTokens !== undefined) {
    config.maxOutputTokens = Math.min(maxOutputTokens, target.maxOutputTokens ?? Number.POSITIVE_INFINITY);
  }
  if (target.capabilities.reasoning) set("thinkingConfig", thinkingConfig(traits, sampling.reasoningEffort));
  return config;
}

/** Names of `generationConfig` by what a refusal may call them, in snake case. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  max_tokens: "maxOutputTokens",
  max_completion_tokens: "maxOutputTokens",
  stop: "stopSequences",
  reasoning_effort: "thinkingConfig",
  thinking_level: "thinkingConfig",
  thinking_budget: "thinkingConfig",
  response_format: "responseMimeType",
};

function dropRefused(config: JsonObject, refused: ReadonlySet<string>): void {
  for (const parameter of refused) {
    const name = lastField(parameter);
    const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    delete config[OTHER_NAMES[name] ?? camel];
  }
  if (config.responseMimeType === undefined) delete config.responseSchema;
}
