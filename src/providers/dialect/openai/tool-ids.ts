/**
 * Tool call ids for providers that take exactly nine letters and digits (Mistral). A foreign id becomes a hash of
 * itself, the same in every turn, so that calls and their results keep matching without any memory.
 */
import type { ChatRequest } from "../../../core/chat/request.ts";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NINE = /^[A-Za-z0-9]{9}$/;

/** `id` itself when it has the form already, else nine characters that stand for it. */
export function nineCharacterId(id: string): string {
  if (NINE.test(id)) return id;
  // Two FNV-1a sums with different starts give 53 bits: nine digits of base 62 hold 53.6.
  let high = 0x811c9dc5;
  let low = 0x9dc5811c;
  for (let index = 0; index < id.length; index++) {
    const unit = id.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit ^ index, 0x01000193);
  }
  let number = (high >>> 0) * 0x200000 + (low >>> 11);
  let result = "";
  for (let place = 0; place < 9; place++) {
    result += LETTERS.charAt(number % 62);
    number = Math.floor(number / 62);
  }
  return result;
}

/** From the nine characters that a provider saw back to the ids of the request. */
export function originalIds(request: ChatRequest): ReadonlyMap<string, string> {
  const originals = new Map<string, string>();
  for (const message of request.messages) {
    if (message.role === "assistant") {
      for (const call of message.toolCalls) originals.set(nineCharacterId(call.id), call.id);
    }
  }
  return originals;
}
