/**
 * What a chat completion request may look like, as data. Only known fields are taken over, into fresh objects; null stands
 * for absent in every optional field. The message of each schema is the phrase that follows "expected" in the error.
 * Ranges and limits: https://platform.openai.com/docs/api-reference/chat/create; the caps on messages and tools are ours.
 */
import * as v from "valibot";
import { isObject, objectOf } from "./known-fields.ts";

const MAX_MESSAGES = 4_096;
export /** As many as one request may try. */
const MAX_MODELS = 20;
const MAX_TOOLS = 512;
const MAX_STOP_SEQUENCES = 4;
const MAX_TOP_LOGPROBS = 20;

const text = v.string("a string");
const name = v.pipe(text, v.nonEmpty());
const flag = v.boolean("a boolean");
const whole = v.pipe(v.number("an integer"), v.integer("an integer"));
const decimal = v.pipe(v.number("a decimal"), v.finite("a decimal"));
/** Handed on as it is, never copied: JSON schemas can be large. */
const passedThrough = v.custom<Record<string, unknown>>(isObject, "an object");

const between = (low: number, high: number) =>
  v.pipe(v.number("a decimal"), v.minValue(low), v.maxValue(high));
const wholeFrom = (low: number) => v.pipe(whole, v.minValue(low));
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  v.picklist(values, values.map((value) => `'${value}'`).join(", "));
const arrayOf = <T>(item: v.GenericSchema<unknown, T>, expected: string) => v.array(item, expected);
/** Counts before it looks inside, so that an oversized list costs nothing. */
const atMost = <T>(limit: number, item: v.GenericSchema<unknown, T>) =>
  v.pipe(
    v.custom<unknown[]>(Array.isArray, "an array of objects"),
    v.maxLength(limit),
    arrayOf(item, "an array of objects"),
  );

const textPart = objectOf({ type: oneOf(["text", "input_text", "output_text"]), text }, "an object");
const refusalPart = objectOf({ type: v.literal("refusal"), refusal: text }, "an object");
const imageAddress = objectOf({ url: text, detail: v.nullish(text) }, "a string or an object");
const imagePart = objectOf(
  {
    type: oneOf(["image_url", "input_image"]),
    image_url: v.lazy(
      (input): v.GenericSchema<unknown, string | v.InferOutput<typeof imageAddress>> =>
        typeof input === "string" ? text : imageAddress,
    ),
    detail: v.nullish(text),
  },
  "an object",
);
const audioPart = objectOf(
  { type: v.literal("input_audio"), input_audio: objectOf({ data: text, format: text }, "an object") },
  "an object",
);
const file = { file_data: v.nullish(text), file_id: v.nullish(text), filename: v.nullish(text) };
const filePart = objectOf({ type: v.literal("file"), file: objectOf(file, "an object") }, "an object");
const inputFilePart = objectOf({ type: v.literal("input_file"), ...file }, "an object");

export type RawPart =
  | v.InferOutput<typeof textPart>
  | v.InferOutput<typeof refusalPart>
  | v.InferOutput<typeof imagePart>
  | v.InferOutput<typeof audioPart>
  | v.InferOutput<typeof filePart>
  | v.InferOutput<typeof inputFilePart>;

const PARTS: ReadonlyMap<unknown, v.GenericSchema<unknown, RawPart>> = new Map<
  unknown,
  v.GenericSchema<unknown, RawPart>
>([
  ["text", textPart],
  ["input_text", textPart],
  ["output_text", textPart],
  ["refusal", refusalPart],
  ["image_url", imagePart],
  ["input_image", imagePart],
  ["input_audio", audioPart],
  ["file", filePart],
  ["input_file", inputFilePart],
]);
/** Reached only by a part whose type is missing or unknown: makes the error. */
const unknownPart = v.pipe(
  objectOf({ type: oneOf(["text", "image_url", "input_audio", "file", "refusal"]) }, "an object"),
  v.never(),
);

const parts = arrayOf(
  v.lazy((input) => (isObject(input) && PARTS.get(input.type)) || unknownPart),
  "a string or an array of objects",
);
const content = v.lazy(
  (input): v.GenericSchema<unknown, string | RawPart[]> => (typeof input === "string" ? text : parts),
);

/** Agents send the arguments as JSON text, as an object, as null or not at all. */
const callArguments = v.lazy(
  (input): v.GenericSchema<unknown, string | object> =>
    typeof input === "object" ? v.custom<object>(() => true) : text,
);
const calledFunction = objectOf({ name, arguments: v.nullish(callArguments) }, "an object");
const functionCall = objectOf({ id: v.nullish(text), function: calledFunction }, "an object");
const customCall = objectOf(
  { id: v.nullish(text), custom: objectOf({ name, input: text }, "an object") },
  "an object",
);
export type RawFunctionCall = v.InferOutput<typeof calledFunction>;
export type RawToolCall = v.InferOutput<typeof functionCall> | v.InferOutput<typeof customCall>;

const toolCall = v.lazy(
  (input): v.GenericSchema<unknown, RawToolCall> =>
    isObject(input) && input.type === "custom" ? customCall : functionCall,
);

const message = objectOf(
  {
    role: oneOf(["system", "developer", "user", "assistant", "tool", "function"]),
    content: v.nullish(content),
    name: v.nullish(text),
    tool_calls: v.nullish(atMost(MAX_TOOLS, toolCall)),
    tool_call_id: v.nullish(text),
    function_call: v.nullish(calledFunction),
    refusal: v.nullish(text),
    // Replayed thinking comes in many shapes: what is not understood is left out, not refused.
    reasoning_content: v.optional(v.unknown()),
    reasoning: v.optional(v.unknown()),
    reasoning_details: v.optional(v.unknown()),
  },
  "an object",
);
export type RawMessage = v.InferOutput<typeof message>;

const functionDefinition = objectOf(
  {
    name,
    description: v.nullish(text),
    parameters: v.nullish(passedThrough),
    strict: v.nullish(flag),
  },
  "an object",
);
export type RawFunction = v.InferOutput<typeof functionDefinition>;
export type RawTool = { function: RawFunction } | { foreign: string };

const wrappedTool = objectOf({ function: functionDefinition }, "an object");
const flatTool = v.pipe(
  functionDefinition,
  v.transform((definition) => ({ function: definition })),
);
const foreignTool = v.pipe(
  objectOf({ type: text }, "an object"),
  v.transform((tool) => ({ foreign: tool.type })),
);
/** The chat shape, the flat shape of the Responses API, or a tool of another type, which is left out. */
const tool = v.lazy((input): v.GenericSchema<unknown, RawTool> => {
  if (!isObject(input)) return wrappedTool;
  if (input.type !== "function" && input.type != null) return foreignTool;
  return input.function === undefined && input.name !== undefined ? flatTool : wrappedTool;
});

const named = v.nullish(objectOf({ name }, "an object"));
const allowedTools = {
  mode: v.nullish(oneOf(["auto", "required"])),
  tools: v.nullish(
    arrayOf(objectOf({ function: named, name: v.nullish(text) }, "an object"), "an array of objects"),
  ),
};
const choiceWord = oneOf(["none", "auto", "required", "any"]);
const choiceObject = objectOf(
  {
    type: text,
    function: named,
    custom: named,
    name: v.nullish(text),
    allowed_tools: v.nullish(objectOf(allowedTools, "an object")),
    ...allowedTools,
  },
  "a string or an object",
);
export type RawToolChoice = v.InferOutput<typeof choiceWord> | v.InferOutput<typeof choiceObject>;
const toolChoice = v.lazy(
  (input): v.GenericSchema<unknown, RawToolChoice> => (typeof input === "string" ? choiceWord : choiceObject),
);

const legacyChoiceWord = oneOf(["none", "auto"]);
const legacyChoiceObject = objectOf({ name }, "a string or an object");
const legacyChoice = v.lazy(
  (input): v.GenericSchema<unknown, "none" | "auto" | { name: string }> =>
    typeof input === "string" ? legacyChoiceWord : legacyChoiceObject,
);

const plainFormat = objectOf({ type: oneOf(["text", "json_object", "json_schema"]) }, "an object");
const schemaFormat = objectOf(
  {
    type: v.literal("json_schema"),
    json_schema: objectOf(
      {
        name,
        schema: v.nullish(passedThrough),
        description: v.nullish(text),
        strict: v.nullish(flag),
      },
      "an object",
    ),
  },
  "an object",
);
export type RawFormat = v.InferOutput<typeof plainFormat> | v.InferOutput<typeof schemaFormat>;
const responseFormat = v.lazy(
  (input): v.GenericSchema<unknown, RawFormat> =>
    isObject(input) && input.type === "json_schema" ? schemaFormat : plainFormat,
);

const stop = v.lazy(
  (input): v.GenericSchema<unknown, string | string[]> =>
    typeof input === "string"
      ? text
      : v.pipe(arrayOf(text, "a string or an array of strings"), v.maxLength(MAX_STOP_SEQUENCES)),
);

export const chatBody = objectOf(
  {
    /** May be left out where `models` names some. */
    model: v.optional(name),
    /** Further models, tried in this order. */
    models: v.nullish(atMost(MAX_MODELS, name)),
    prompt_cache_key: v.nullish(text),
    messages: v.pipe(
      v.custom<unknown[]>(Array.isArray, "an array of objects"),
      v.minLength(1),
      v.maxLength(MAX_MESSAGES),
      arrayOf(message, "an array of objects"),
    ),
    tools: v.nullish(atMost(MAX_TOOLS, tool)),
    tool_choice: v.nullish(toolChoice),
    functions: v.nullish(atMost(MAX_TOOLS, functionDefinition)),
    function_call: v.nullish(legacyChoice),
    parallel_tool_calls: v.nullish(flag),
    response_format: v.nullish(responseFormat),
    max_tokens: v.nullish(wholeFrom(1)),
    max_completion_tokens: v.nullish(wholeFrom(1)),
    stream: v.nullish(flag),
    stream_options: v.nullish(objectOf({ include_usage: v.nullish(flag) }, "an object")),
    /** One answer a request: a second one would have to come from another model. */
    n: v.nullish(v.pipe(whole, v.minValue(1), v.maxValue(1))),
    temperature: v.nullish(between(0, 2)),
    top_p: v.nullish(between(0, 1)),
    top_k: v.nullish(whole),
    min_p: v.nullish(between(0, 1)),
    frequency_penalty: v.nullish(between(-2, 2)),
    presence_penalty: v.nullish(between(-2, 2)),
    repetition_penalty: v.nullish(decimal),
    seed: v.nullish(whole),
    stop: v.nullish(stop),
    logit_bias: v.nullish(v.record(text, between(-100, 100), "an object")),
    logprobs: v.nullish(flag),
    top_logprobs: v.nullish(v.pipe(whole, v.minValue(0), v.maxValue(MAX_TOP_LOGPROBS))),
    reasoning_effort: v.nullish(text),
    reasoning: v.nullish(objectOf({ effort: v.nullish(text) }, "an object")),
    verbosity: v.nullish(text),
    user: v.nullish(text),
    service_tier: v.nullish(text),
    metadata: v.nullish(v.record(text, text, "an object")),
    store: v.nullish(flag),
    prediction: v.nullish(passedThrough),
  },
  "an object",
);
export type RawBody = v.InferOutput<typeof chatBody>;
