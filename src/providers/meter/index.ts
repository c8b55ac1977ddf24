/** What a reply says about limits: one reader for the dialects of all providers, which understands each from anybody. */
import type { ReplyHeaders } from "../../core/chat/reply-headers.ts";
import type { HeaderFamily, LimitObservation, ProviderSpec } from "../../core/provider.ts";
import { type ErrorBody, readErrorBody } from "../classify/error-body.ts";
import { statedInstant } from "../classify/wait.ts";
import { skewOf } from "../duration.ts";
import { observeBody } from "./body.ts";
import { conclude } from "./dimension.ts";
import { namedDimensions } from "./named.ts";
import { structuredDimensions } from "./structured.ts";

/** Limits as the headers state them; those that cannot be understood without doubt are left out. */
export function observeHeaders(
  family: HeaderFamily,
  headers: ReplyHeaders,
  now: number,
  skew?: number,
): LimitObservation[] {
  // Most replies say nothing, and every reply comes by here.
  if (family === "none" || saysNothing(headers)) return [];
  const dimensions = namedDimensions(headers);
  if (headers.has("ratelimit") || headers.has("ratelimit-policy")) {
    dimensions.push(...structuredDimensions(headers));
  }
  if (dimensions.length === 0) return [];
  return conclude(dimensions, family, { now, skew: skew ?? skewOf(headers, now) });
}

/** Every name that is understood has one of these words. */
function saysNothing(headers: ReplyHeaders): boolean {
  return headers.mentions?.("limit") === false && !headers.mentions("call-remaining");
}

/** Limits as the headers of an error reply and those that a gateway passes on inside it state them. */
export function observeErrorHeaders(
  family: HeaderFamily,
  headers: ReplyHeaders,
  body: ErrorBody,
  now: number,
): LimitObservation[] {
  const outer = observeHeaders(family, headers, now);
  return outer.length > 0 ? outer : observeHeaders(family, body.headers, now, skewOf(headers, now));
}

/** Limits as a reply states them: by its headers, and by its body where it is an error. */
export function observeReply(
  provider: Pick<ProviderSpec, "id" | "headerFamily">,
  headers: ReplyHeaders,
  now: number,
  errorBody?: string,
): LimitObservation[] {
  if (errorBody === undefined) return observeHeaders(provider.headerFamily, headers, now);
  const body = readErrorBody(errorBody);
  const clock = { now, skew: skewOf(headers, now) };
  const wait = statedInstant(provider.id, body, headers, [], clock);
  // The body speaks of the limit that was hit, so it comes last and prevails.
  return [
    ...observeErrorHeaders(provider.headerFamily, headers, body, now),
    ...observeBody(body, wait, clock),
  ];
}
