/** The words with which providers say why a model stopped. */
import type { FinishReason } from "../../../core/chat/event.ts";

/** Every other word than these and the faults means `stop`: `eos`, `end_turn`, `stop_sequence`, `complete`. */
const FINISHES: Readonly<Record<string, FinishReason>> = {
  length: "length",
  max_length: "length",
  max_tokens: "length",
  max_output_tokens: "length",
  max_completion_tokens: "length",
  model_length: "length",
  model_context_window_exceeded: "length",
  tool_calls: "tool_calls",
  tool_call: "tool_calls",
  tool_use: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
  content_filtered: "content_filter",
  error_toxic: "content_filter",
  refusal: "content_filter",
  safety: "content_filter",
  sensitive: "content_filter",
};

/** The model was stopped by a fault: the answer is not complete, whatever came so far. */
const FAULTS: ReadonlySet<string> = new Set([
  "error",
  "abort",
  "aborted",
  "cancelled",
  "failed",
  "network_error",
  "timeout",
  "insufficient_system_resource",
]);

export function readFinish(word: string): FinishReason | "fault" {
  const lower = word.toLowerCase();
  return FAULTS.has(lower) ? "fault" : (FINISHES[lower] ?? "stop");
}
