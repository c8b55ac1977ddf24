/** What the real Gemini refuses in a request body, as its users report it (2025 to 2026). Written apart from our encoder. */

const SCHEMA_FIELDS = new Set(
  (
    "type format title description nullable enum maxItems minItems properties required minProperties maxProperties " +
    "minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum"
  ).split(" "),
);
const TYPES = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"]);
const FORMATS: Record<string, string[]> = {
  STRING: ["enum", "date-time"],
  NUMBER: ["float", "double"],
  INTEGER: ["int32", "int64"],
};

type Json = Record<string, unknown>;

/** In the words of the API; empty when the schema is taken. */
export function schemaFaults(schema: unknown, path = "schema"): string[] {
  if (!isJson(schema)) return [`${path}: not an object`];
  const faults = Object.keys(schema)
    .filter((name) => !SCHEMA_FIELDS.has(name))
    .map((name) => `Unknown name "${name}" at '${path}': Cannot find field.`);
  const { type, properties, items, anyOf, format } = schema;
  if (Array.isArray(type)) faults.push(`Proto field is not repeating at '${path}'.`);
  if (type === undefined && anyOf === undefined) faults.push(`${path}.type: missing field.`);
  if (type !== undefined && !TYPES.has(String(type))) faults.push(`Invalid value at '${path}.type': ${type}`);
  if (type === "ARRAY" && items === undefined) faults.push(`${path}.items: missing field.`);
  if (properties !== undefined && type !== "OBJECT")
    faults.push(`${path}.properties: only allowed for OBJECT type`);
  if (isJson(properties) && Object.keys(properties).length === 0)
    faults.push(`${path}.properties: should be non-empty for OBJECT type`);
  if (format !== undefined && !FORMATS[String(type)]?.includes(String(format)))
    faults.push(`${path}.format: only ${FORMATS[String(type)]} are supported for ${type} type`);
  if (schema.enum !== undefined) {
    if (type !== "STRING") faults.push(`${path}.enum: only allowed for STRING type`);
    if (!Array.isArray(schema.enum) || schema.enum.length === 0)
      faults.push(`${path}.enum: should be non-empty`);
    else if (schema.enum.some((value) => typeof value !== "string" || value === ""))
      faults.push(`${path}.enum: cannot be empty`);
  }
  for (const name of Array.isArray(schema.required) ? schema.required : []) {
    if (!isJson(properties) || !(String(name) in properties))
      faults.push(`${path}.required: property is not defined`);
  }
  if (isJson(properties)) {
    for (const [name, inner] of Object.entries(properties))
      faults.push(...schemaFaults(inner, `${path}.${name}`));
  }
  if (items !== undefined) faults.push(...schemaFaults(items, `${path}.items`));
  for (const [index, inner] of (Array.isArray(anyOf) ? anyOf : []).entries())
    faults.push(...schemaFaults(inner, `${path}.any_of[${index}]`));
  return faults;
}

const BODY_FIELDS = [
  "contents",
  "systemInstruction",
  "tools",
  "toolConfig",
  "generationConfig",
  "safetySettings",
];
const CONFIG_FIELDS = [
  "temperature",
  "topP",
  "topK",
  "seed",
  "maxOutputTokens",
  "stopSequences",
  "responseMimeType",
  "responseSchema",
  "thinkingConfig",
  "candidateCount",
];
const PART_FIELDS = ["text", "inlineData", "functionCall", "functionResponse", "thoughtSignature", "thought"];

/** `signatures`: those that were handed out. */
export function bodyFaults(model: string, body: unknown, signatures: ReadonlySet<string>): string[] {
  if (!isJson(body)) return ["Invalid JSON payload received."];
  const faults = unknownNames(body, BODY_FIELDS, "request");
  const third = /^gemini-3/.test(model);
  const { contents, tools, generationConfig: config = {} } = body;
  if (!Array.isArray(contents) || contents.length === 0) return [...faults, "contents is not specified"];
  const turns = contents.filter(isJson);
  for (const [index, turn] of turns.entries()) {
    const parts = Array.isArray(turn.parts) ? turn.parts.filter(isJson) : [];
    if (parts.length === 0) faults.push(`contents[${index}].parts must not be empty.`);
    if (turn.role !== "user" && turn.role !== "model") faults.push("Please use a valid role: user, model.");
    for (const part of parts) faults.push(...partFaults(part, index));
    const calls = parts.filter((part) => part.functionCall !== undefined);
    if (calls.length === 0) continue;
    if (index === 0) faults.push("function call turn comes immediately after a user turn");
    const next = turns[index + 1];
    const answers = Array.isArray(next?.parts)
      ? next.parts.filter((part) => isJson(part) && part.functionResponse)
      : [];
    if (answers.length !== calls.length)
      faults.push("the number of function response parts is equal to the number of function call parts");
    const signature = calls[0]?.thoughtSignature;
    if (third && signature === undefined)
      faults.push("Function call is missing a thought_signature in functionCall parts.");
  }
  for (const turn of turns) {
    for (const part of Array.isArray(turn.parts) ? turn.parts.filter(isJson) : []) {
      const { thoughtSignature: signature } = part;
      if (signature === undefined || signature === "skip_thought_signature_validator") continue;
      if (!signatures.has(String(signature))) faults.push("Thought signature is not valid.");
    }
  }
  if (isJson(config)) {
    faults.push(...unknownNames(config, CONFIG_FIELDS, "generation_config"));
    if (config.responseMimeType !== undefined && tools !== undefined && !third)
      faults.push("Function calling with a response mime type: 'application/json' is unsupported");
    if (config.responseSchema !== undefined)
      faults.push(...schemaFaults(config.responseSchema, "response_schema"));
    if (isJson(config.thinkingConfig)) {
      const { thinkingLevel, thinkingBudget } = config.thinkingConfig;
      if (thinkingLevel !== undefined && !third)
        faults.push("Thinking level is not supported for this model.");
      if (thinkingBudget !== undefined && third)
        faults.push("Thinking budget is not supported for this model.");
    }
  }
  for (const tool of Array.isArray(tools) ? tools.filter(isJson) : []) {
    for (const declared of Array.isArray(tool.functionDeclarations)
      ? tool.functionDeclarations.filter(isJson)
      : []) {
      faults.push(...unknownNames(declared, ["name", "description", "parameters"], "function_declarations"));
      if (!/^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/.test(String(declared.name)))
        faults.push("Invalid function name.");
      if (declared.parameters !== undefined) faults.push(...schemaFaults(declared.parameters, "parameters"));
    }
  }
  return faults;
}

function partFaults(part: Json, turn: number): string[] {
  const faults = unknownNames(part, PART_FIELDS, `contents[${turn}].parts`);
  const { text, inlineData, functionResponse, functionCall } = part;
  if (text === undefined && !inlineData && !functionResponse && !functionCall)
    faults.push("required oneof field 'data' must have one initialized field");
  if (text === "") faults.push("Unable to submit request because it must have a text parameter.");
  if (isJson(functionCall) && !isJson(functionCall.args)) faults.push("Invalid value at 'args'");
  if (isJson(functionResponse) && !isJson(functionResponse.response))
    faults.push("Invalid value at 'response'");
  if (isJson(inlineData) && !/^[A-Za-z0-9+/]+={0,2}$/.test(String(inlineData.data)))
    faults.push("Base64 decoding failed for inline_data");
  return faults;
}

function unknownNames(value: Json, known: string[], path: string): string[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
