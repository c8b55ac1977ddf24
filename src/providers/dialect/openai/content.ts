/** Content that comes in parts: text and thinking in one array. */
import { isObject, text } from "../../json.ts";

export interface ContentPiece {
  thinking: boolean;
  text: string;
}

/** The pieces of a content array; kinds that are not text or thinking are left out. */
export function readContent(parts: readonly unknown[]): ContentPiece[] {
  const pieces: ContentPiece[] = [];
  for (const part of parts) {
    if (typeof part === "string") pieces.push({ thinking: false, text: part });
    if (!isObject(part)) continue;
    const thinking = part.type === "thinking" || part.type === "reasoning";
    const inner = thinking ? (part.thinking ?? part.text) : part.text;
    const joined = Array.isArray(inner)
      ? readContent(inner)
          .map((piece) => piece.text)
          .join("")
      : text(inner);
    if (joined !== "") pieces.push({ thinking, text: joined });
  }
  return pieces;
}

/** What can be read of OpenRouter's reasoning blocks; encrypted ones have no text. */
export function detailText(details: readonly unknown[]): string {
  let joined = "";
  for (const detail of details) if (isObject(detail)) joined += text(detail.text) || text(detail.summary);
  return joined;
}
