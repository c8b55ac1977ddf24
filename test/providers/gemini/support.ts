/** What the Gemini tests share. */

import type { ChatEvent } from "../../../src/core/chat/event.ts";
import type { ChatRequest } from "../../../src/core/chat/request.ts";
import type { CallTarget } from "../../../src/core/provider.ts";
import { geminiDialect } from "../../../src/providers/dialect/gemini/index.ts";
import { google } from "../../../src/providers/google.ts";
import { foldAnswer } from "../../support/answer.ts";
import { chatRequest, NOW, targetOf } from "../support.ts";

export const FLASH_3 = "gemini-3.5-flash";
export const FLASH_2 = "gemini-2.5-flash";

export function geminiTarget(modelId: string, changes: Partial<CallTarget> = {}): CallTarget {
  return targetOf(google, { modelId, ...changes });
}

export interface SentBody {
  systemInstruction?: { parts: { text: string }[] };
  contents: { role: string; parts: Record<string, unknown>[] }[];
  tools?: { functionDeclarations: Record<string, unknown>[] }[];
  toolConfig?: unknown;
  generationConfig?: Record<string, unknown>;
}

export function sent(
  request: Partial<ChatRequest>,
  modelId = FLASH_3,
  changes: Partial<CallTarget> = {},
): SentBody {
  const encoded = geminiDialect.encode(chatRequest(request), geminiTarget(modelId, changes));
  return JSON.parse(encoded.body);
}

/** The stream of these chunks as Google writes it. */
export function frames(...chunks: unknown[]): string {
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join("");
}

export function candidate(parts: unknown[], finishReason?: string, more: object = {}): object {
  const content = { role: "model", parts };
  return {
    candidates: [{ content, index: 0, ...(finishReason === undefined ? {} : { finishReason }) }],
    modelVersion: "gemini-3.5-flash-001",
    responseId: "resp-1",
    ...more,
  };
}

export function replay(
  pieces: readonly (Uint8Array | string)[],
  request: Partial<ChatRequest> = {},
  target = geminiTarget(FLASH_3),
): ChatEvent[] {
  const decoder = geminiDialect.decodeStream(chatRequest(request), target, () => NOW);
  const bytes = pieces.map((piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece));
  return [...bytes.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

export function whole(body: unknown, request: Partial<ChatRequest> = {}, target = geminiTarget(FLASH_3)) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return foldAnswer(geminiDialect.decodeWhole(text, chatRequest({ stream: false, ...request }), target, NOW));
}
