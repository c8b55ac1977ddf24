/** Function names: Gemini wants a letter or an underscore in front, and at most 64 letters, digits and `_ - . :`. */
import type { ChatRequest } from "../../../core/chat/request.ts";

/** The name as it goes out; the same in every turn. */
export function wireName(name: string): string {
  const clean = name.replace(/[^A-Za-z0-9_.:-]/g, "_").slice(0, 64);
  return /^[A-Za-z_]/.test(clean) ? clean : `_${clean.slice(0, 63)}`;
}

/** The client's name for what the model called. */
export function clientName(name: string, request: ChatRequest): string {
  const tool =
    request.tools.find((one) => one.name === name) ??
    request.tools.find((one) => wireName(one.name) === name);
  return tool?.name ?? name;
}
