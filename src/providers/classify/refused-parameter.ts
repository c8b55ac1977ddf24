/** Finds the one request field that a 400 or 422 is about. */
import { lastField, OPTIONAL_PARAMETERS } from "../parameters.ts";
import type { ErrorBody } from "./error-body.ts";

const REFUSAL =
  /\b(?:unsupported|not supported|does not support|unrecognized|unrecognised|unknown|unexpected|extra inputs?|not permitted|not allowed|invalid|must be|cannot be|extra_forbidden|deprecated)\b/i;

/** A path that may be shown as it is. */
const PATH = /^[A-Za-z_\d.[\]]{1,100}$/;

/** As the provider names it; undefined when none or more than one is named, or when the request cannot do without. */
export function refusedParameter(body: ErrorBody): string | undefined {
  if (body.parameter !== undefined) {
    const field = lastField(body.parameter);
    if (!OPTIONAL_PARAMETERS.has(field)) return undefined;
    return PATH.test(body.parameter) ? body.parameter : field;
  }
  if (!REFUSAL.test(body.words)) return undefined;
  const named = new Set<string>();
  // A word that is also plain English counts only between quotes.
  for (const [, quoted] of body.words.matchAll(/["'`]([A-Za-z_][\w.[\]]{1,80})["'`]/g)) {
    if (quoted !== undefined && OPTIONAL_PARAMETERS.has(lastField(quoted))) named.add(lastField(quoted));
  }
  for (const [word] of body.words.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)) {
    if (OPTIONAL_PARAMETERS.has(word)) named.add(word);
  }
  // "max_tokens is not supported, use max_completion_tokens instead" is about the first.
  if (named.size === 2 && named.has("max_tokens") && named.has("max_completion_tokens")) {
    const first = body.words.indexOf("max_tokens") < body.words.indexOf("max_completion_tokens");
    return first ? "max_tokens" : "max_completion_tokens";
  }
  return named.size === 1 ? [...named][0] : undefined;
}
