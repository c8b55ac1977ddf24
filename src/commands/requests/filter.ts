/** Which requests are shown. The store finds those of the past by the same rules. */
import type { RequestRecord } from "../../core/route/event.ts";

export interface Filter {
  failed?: boolean;
  model?: string;
  provider?: string;
}

export function fits(request: RequestRecord, { failed, model, provider }: Filter): boolean {
  const { outcome, attempts } = request;
  if (failed && outcome !== "failed" && outcome !== "broken") return false;
  if (provider !== undefined && !attempts.some((attempt) => attempt.provider === provider)) return false;
  return (
    model === undefined ||
    request.model === model ||
    attempts.some((attempt) => attempt.model === model || `${attempt.provider}/${attempt.model}` === model)
  );
}
