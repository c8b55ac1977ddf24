/** What some providers wrap around an answer of this wire. */
import { embeddedError } from "../../classify/index.ts";
import { isObject, type JsonObject } from "../../json.ts";

/**
 * The chunk itself, or what stands in its place: `{result: {choices}}` and `{result: {response}}` of Cloudflare's
 * envelope, `{response}` of its native stream.
 */
export function unwrap(chunk: JsonObject): JsonObject {
  if (Array.isArray(chunk.choices)) return chunk;
  if (!isObject(chunk.result)) return native(chunk) ?? chunk;
  return Array.isArray(chunk.result.choices) ? chunk.result : (native(chunk.result) ?? chunk);
}

/** A model that answers in JSON mode gives its object parsed. */
function native(result: JsonObject): JsonObject | undefined {
  const { response, tool_calls, usage } = result;
  const said = isObject(response) ? JSON.stringify(response) : response;
  const calls = Array.isArray(tool_calls) && tool_calls.length > 0;
  if (typeof said !== "string" && !calls) return undefined;
  return { choices: [{ index: 0, delta: { content: said, tool_calls } }], usage };
}

/** The error in place of an answer; undefined when it is none. */
export function errorIn(chunk: JsonObject): unknown {
  const { code, message, error } = chunk;
  const hasCode = typeof code === "number" || (typeof code === "string" && code !== "");
  if (!error && hasCode && typeof message === "string") {
    // `{code: 0, message: "Success"}` stands beside answers and usage.
    if (Number(code) === 0) return undefined;
    if (!Array.isArray(chunk.choices) || chunk.choices.length === 0) return chunk;
  }
  return embeddedError(chunk);
}
