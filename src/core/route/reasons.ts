/** Why candidates were left alone, in words, where they are counted instead of told one by one. Pure. */
import type { ObstacleReason } from "./decision.ts";

const REASONS: Readonly<Record<ObstacleReason | "usable", string>> = {
  usable: "left alone though free",
  limit: "at a limit",
  resting: "resting",
  tried: "tried already",
  breaker_open: "failing",
  removed: "removed",
  model_disabled: "switched off",
  key_disabled: "with a disabled key",
  key_invalid: "with a refused key",
  no_tools: "without tools",
  no_vision: "without images",
  no_json_schema: "without JSON schemas",
  not_private: "that may train on what they are sent",
  context_too_small: "with too small a context window",
  refused_request: "whose model or provider had refused it",
};

/** `2 at a limit, 1 resting`; "" where there are none. A reason of another version is told by its name. */
export function othersInWords(others: Readonly<Record<string, number>>): string {
  return Object.entries(others)
    .map(([reason, count]) => `${count} ${REASONS[reason as ObstacleReason] ?? reason.replaceAll("_", " ")}`)
    .join(", ");
}
