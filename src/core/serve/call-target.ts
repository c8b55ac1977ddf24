/** A reservation as the dialects see it. */
import type { CallTarget, ProviderSpec } from "../provider.ts";
import type { Reservation } from "../route/reservation.ts";
import type { Gateway } from "./gateway.ts";

/** The output is bounded by what was reserved, where the client asked for a bound at all. */
export function describeTarget(
  { memory }: Pick<Gateway, "memory">,
  provider: ProviderSpec,
  { target, need }: Reservation,
  baseUrl: string,
): CallTarget {
  const { model } = target.model;
  return {
    provider,
    modelId: model.id,
    maxOutputTokens: need.tokens - need.inputTokens,
    capabilities: model.capabilities,
    baseUrl,
    refusedParameters: target.model.refusedParameters,
    memory,
  };
}
