/** Google's native wire: `generateContent` and `streamGenerateContent` of v1beta. */
import type { ChatEvent } from "../../../core/chat/event.ts";
import type { ChatRequest } from "../../../core/chat/request.ts";
import type { CallTarget, Dialect } from "../../../core/provider.ts";
import { StreamDecoder } from "./decode-stream.ts";
import { decodeWhole } from "./decode-whole.ts";
import { encode } from "./encode.ts";

export const geminiDialect: Dialect = {
  encode,
  decodeStream: (request, target, now) => new StreamDecoder(request, target, now),
  decodeWhole: (body, request, target, now) =>
    /^\s*(?:data:|event:|:)/.test(body)
      ? decodeStreamedText(body, request, target, now)
      : decodeWhole(body, request, target, now),
};

/** Some gateways stream whether it was asked for or not. */
function decodeStreamedText(
  body: string,
  request: ChatRequest,
  target: CallTarget,
  now: number,
): ChatEvent[] {
  const decoder = new StreamDecoder(request, target, () => now);
  return [...decoder.push(new TextEncoder().encode(body)), ...decoder.end()];
}
