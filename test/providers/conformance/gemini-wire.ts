/** Google's native wire: strict by the rules of its own tests, saying what the script wants in candidates and parts. */
import { isObject, type JsonObject } from "../../../src/providers/json.ts";
import { bodyFaults } from "../gemini/rules.ts";
import { json } from "./openai-wire.ts";
import { COUNTED, type Script, type SimulatedWire, type WireReply, type WireRequest } from "./script.ts";

const PATH = /\/models\/([^/:]+):(generateContent|streamGenerateContent\?alt=sse)$/;
/** Thinking is counted apart from the rest of the answer. */
const USAGE = {
  promptTokenCount: COUNTED.input,
  candidatesTokenCount: COUNTED.output - 2,
  thoughtsTokenCount: 2,
  totalTokenCount: COUNTED.input + COUNTED.output,
};

export function geminiWire(token: string): SimulatedWire {
  /** Handed out with calls: a history with any other is refused. */
  const signatures = new Set<string>();
  return {
    refusal({ method, path, headers, body }) {
      const [, model] = PATH.exec(path) ?? [];
      if (method !== "POST" || model === undefined) return refused(404, "no such path");
      if (headers.authorization !== undefined)
        return refused(400, "Multiple authentication credentials received.");
      if (headers["x-goog-api-key"] !== token) return refused(400, "API key not valid.");
      const faults = bodyFaults(model, body, signatures);
      return faults.length === 0 ? null : refused(400, faults.join("\n"));
    },
    answer: (request, script) => answer(request, script, signatures),
  };
}

function refused(code: number, message: string): WireReply {
  return json(code, { error: { code, message, status: "INVALID_ARGUMENT" } });
}

function answer({ path, body }: WireRequest, script: Script, signatures: Set<string>): WireReply {
  const [, model = "", method = ""] = PATH.exec(path) ?? [];
  const head = { modelVersion: model, responseId: "made-up" };
  const parts = partsOf(script, thoughtsWanted(body), signatures);
  if (method === "generateContent") {
    const candidate = { index: 0, content: { role: "model", parts }, finishReason: "STOP" };
    return json(200, { ...head, candidates: [candidate], usageMetadata: USAGE });
  }
  const chunk = (more: JsonObject[], finishReason?: string): string => {
    const candidate = {
      index: 0,
      content: { role: "model", parts: more },
      ...(finishReason && { finishReason }),
    };
    const usageMetadata = finishReason ? USAGE : { promptTokenCount: COUNTED.input };
    return `data: ${JSON.stringify({ ...head, candidates: [candidate], usageMetadata })}\r\n\r\n`;
  };
  const pieces = [...parts.map((part) => chunk([part])), chunk([], "STOP")];
  return { status: 200, headers: { "content-type": "text/event-stream" }, pieces };
}

function thoughtsWanted(body: unknown): boolean {
  const config = isObject(body) && isObject(body.generationConfig) ? body.generationConfig : {};
  return isObject(config.thinkingConfig) && config.thinkingConfig.includeThoughts === true;
}

/** Only the first of parallel calls carries a signature. */
function partsOf(
  { reasoning, text, calls = [] }: Script,
  thoughts: boolean,
  signatures: Set<string>,
): JsonObject[] {
  const parts: JsonObject[] = [];
  if (reasoning !== undefined && thoughts) parts.push({ text: reasoning, thought: true });
  if (text !== undefined) parts.push({ text });
  for (const [index, { name, arguments: args }] of calls.entries()) {
    const part: JsonObject = { functionCall: { name, args } };
    if (index === 0) {
      const signature = Buffer.from(`sealed thought ${signatures.size}`).toString("base64");
      signatures.add(signature);
      part.thoughtSignature = signature;
    }
    parts.push(part);
  }
  return parts;
}
