/** Google's native wire: `generateContent` and `streamGenerateContent` of v1beta. Its streams have no end mark: they close. */
import type { Dialect } from "../../../core/provider.ts";
import { embeddedError } from "../../classify/index.ts";
import { isObject, type JsonObject } from "../../json.ts";
import { decodeWhole, StreamDecoder, type Wire } from "../decoding.ts";
import { AnswerReader } from "./answer-reader.ts";
import { encode } from "./encode.ts";

const wire: Wire = {
  reader: (request, target, now) => new AnswerReader(request, target, now),
  chunksOf,
  lacking: "candidates",
};

export const geminiDialect: Dialect = {
  encode,
  decodeStream: (request, target, now) => new StreamDecoder(wire, request, target, now),
  decodeWhole: (body, request, target, now) => decodeWhole(wire, body, request, target, now),
};

/** One reply, or (a stream that was not asked for as events) an array of chunks. */
function chunksOf(reply: unknown): JsonObject[] {
  const chunks = (Array.isArray(reply) ? reply : [reply]).filter(isObject);
  return chunks.some(saysSomething) ? chunks : [];
}

function saysSomething(chunk: JsonObject): boolean {
  const { candidates, promptFeedback } = chunk;
  return (Array.isArray(candidates) && candidates.length > 0) || isObject(promptFeedback)
    ? true
    : embeddedError(chunk) !== undefined;
}
