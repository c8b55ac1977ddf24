/** Makes an answer in JSON mode the JSON that was asked for, where only its wrapping is wrong. */
import { jsonrepair } from "jsonrepair";
import type { ResponseFormat } from "../../chat/request.ts";
import { fits } from "./mend.ts";

const FENCED = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/;

/** `broken`: the text is not usable as it was asked for. `whole` false: it was cut off by its limit, and is left as it is. */
export function mendJson(
  text: string,
  format: ResponseFormat | undefined,
  whole: boolean,
): { text: string; broken: boolean } {
  if (!whole || format === undefined || format.type === "text") return { text, broken: false };
  const plain = text.trim();
  const body = FENCED.exec(plain)?.[1] ?? plain;
  const { value, json } = read(body);
  if (value === undefined) return { text, broken: true };
  const schema = format.type === "json_schema" ? format.schema : undefined;
  if (schema && !fits(value, schema)) return { text, broken: true };
  return { text: json === plain ? text : json, broken: false };
}

function read(text: string): { value: unknown; json: string } {
  try {
    return { value: JSON.parse(text), json: text };
  } catch {
    // Only what has an end is mended: completing the rest would be a guess.
    if (!/^[{[]/.test(text) || !/[}\]]$/.test(text)) return { value: undefined, json: text };
  }
  try {
    const json = jsonrepair(text);
    return { value: JSON.parse(json), json };
  } catch {
    return { value: undefined, json: text };
  }
}
