/** How long an answer may become. */
import type { ChatRequest } from "../../../core/chat/request.ts";
import type { CallTarget } from "../../../core/provider.ts";

/** Bytes of JSON text per token, on the low side: what is left of the window must not be overestimated. */
const BYTES_PER_TOKEN = 3;

/** Tokens to ask for; undefined leaves it to the provider. */
export function outputTokens(request: ChatRequest, target: CallTarget): number | undefined {
  const { whenMissing, least, most } = target.provider.quirks.maxTokens;
  const asked = request.maxOutputTokens;
  const limit =
    asked === undefined
      ? withinModel(whenMissing, request, target)
      : Math.min(asked, target.maxOutputTokens ?? asked);
  if (limit === undefined) return undefined;
  return Math.max(least ?? 1, Math.min(limit, most ?? limit));
}

/** The default of a provider that has none of its own worth the name; nothing where the model has no room for it. */
function withinModel(
  tokens: number | null,
  request: ChatRequest,
  { provider, modelId }: CallTarget,
): number | undefined {
  if (tokens === null) return undefined;
  const model = provider.models.find(({ id }) => id === modelId);
  const window = model?.contextWindow ?? Number.POSITIVE_INFINITY;
  const room = window - Math.ceil(request.bytes / BYTES_PER_TOKEN);
  const limit = Math.min(tokens, model?.maxOutputTokens ?? tokens, room);
  return limit > 0 ? limit : undefined;
}
