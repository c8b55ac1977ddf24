/** The way a request went before it was answered, in words. */
import { outcomeMeaning } from "../core/chat/failure.ts";

/** The hops of the header `X-Fallback-Trail`. */
export function hopsOf(header: string): string[] {
  return header.split("; ").filter(Boolean);
}

/** Of a hop, `groq/gpt-oss-120b key2=server_error`: `groq/gpt-oss-120b with groq-2: server error`. */
export function hopInWords(hop: string): string {
  const [, target = "", number = "", outcome = ""] = /^(.+) key(\d+)=(\w+)$/.exec(hop) ?? [];
  const provider = target.slice(0, Math.max(0, target.indexOf("/")));
  // A server of another version may say something else.
  return provider === "" ? hop : `${target} with ${provider}-${number}: ${outcomeMeaning(outcome)}`;
}
