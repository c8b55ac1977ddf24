/** The OpenAI chat wire, as providers really speak it. */
import type { Dialect } from "../../../core/provider.ts";
import { isObject, type JsonObject } from "../../json.ts";
import { decodeWhole, StreamDecoder, type Wire } from "../decoding.ts";
import { AnswerReader } from "./answer-reader.ts";
import { encode } from "./encode.ts";
import { errorIn, unwrap } from "./envelope.ts";

const wire: Wire = {
  reader: (request, target, now, whole) => new AnswerReader(request, target, now, whole),
  chunksOf,
  lacking: "choices",
};

export const openaiDialect: Dialect = {
  encode,
  decodeStream: (request, target, now) => new StreamDecoder(wire, request, target, now),
  decodeWhole: (body, request, target, now) => decodeWhole(wire, body, request, target, now),
};

function chunksOf(reply: unknown): JsonObject[] {
  const first: unknown = Array.isArray(reply) ? reply[0] : reply;
  const root = isObject(first) ? unwrap(first) : undefined;
  return root && (Array.isArray(root.choices) || errorIn(root) !== undefined) ? [root] : [];
}
