/** How much a model is to think, in the words of each provider. */
import type { OpenAIQuirks } from "../../../core/provider.ts";
import type { JsonObject } from "../../json.ts";

/** Tokens of thinking for the words of the OpenAI API; SiliconFlow takes 128 to 32,768 (its API reference, 2026-10). */
const BUDGETS: Readonly<Record<string, number>> = {
  low: 1_024,
  medium: 4_096,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

/** The fields that ask for this effort; none where it cannot be said. */
export function reasoningFields(effort: string, how: OpenAIQuirks["reasoningEffort"]): JsonObject {
  const off = effort === "none" || effort === "minimal";
  switch (how) {
    case "reasoning_effort":
      return { reasoning_effort: effort };
    case "none_or_high":
      return { reasoning_effort: off ? "none" : "high" };
    case "low_high_max":
      return { reasoning_effort: off ? "low" : (LOW_HIGH_MAX[effort] ?? "high") };
    case "none_to_max":
      return { reasoning_effort: NONE_TO_MAX[effort] ?? "high" };
    case "thinking_type":
      return { thinking: { type: off ? "disabled" : "enabled" } };
    case "enable_thinking": {
      if (off) return { enable_thinking: false };
      const budget = BUDGETS[effort];
      return { enable_thinking: true, ...(budget !== undefined && { thinking_budget: budget }) };
    }
    case "drop":
      return {};
  }
}

const NONE_TO_MAX: Readonly<Record<string, string>> = {
  none: "none",
  minimal: "low",
  low: "low",
  medium: "medium",
  xhigh: "max",
  max: "max",
};
const LOW_HIGH_MAX: Readonly<Record<string, string>> = { low: "low", xhigh: "max", max: "max" };
