/**
 * The canonical answer: what every dialect decodes to and every surface encodes from. A whole
 * (unstreamed) answer is the same events in one batch. Order: `start`, then deltas, `usage` and `finish`
 * in any order; or a `failure`, after which nothing follows.
 */
import type { Failure } from "./failure.ts";

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** Token counts as the provider reported them. `estimated` marks counts that freellm had to guess. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  /** Part of `inputTokens` that the provider read from its prompt cache. */
  cachedTokens?: number;
  /** Part of `outputTokens` spent on thinking. */
  reasoningTokens?: number;
  estimated?: boolean;
}

/** `model` names the model that answers, `created` is in epoch seconds. */
export interface StartEvent {
  type: "start";
  id: string;
  model: string;
  created: number;
}
export interface TextDelta {
  type: "text-delta";
  text: string;
}
export interface ReasoningDelta {
  type: "reasoning-delta";
  text: string;
}
/** Opaque reasoning blocks that a client must replay unchanged in a tool loop. */
export interface ReasoningDetails {
  type: "reasoning-details";
  details: unknown[];
}
export interface RefusalDelta {
  type: "refusal-delta";
  text: string;
}
/** `index` counts the calls of this answer from 0; `id` is never empty and unique in the answer. */
export interface ToolCallStart {
  type: "tool-call-start";
  index: number;
  id: string;
  name: string;
}
export interface ToolCallDelta {
  type: "tool-call-delta";
  index: number;
  /** The next piece of the arguments' JSON text. */
  arguments: string;
}
/** Log probabilities, passed on as the provider gave them. */
export interface LogprobsDelta {
  type: "logprobs-delta";
  content: unknown[];
}
export interface UsageEvent {
  type: "usage";
  usage: Usage;
}
export interface FinishEvent {
  type: "finish";
  reason: FinishReason;
}
/** For people who look at the wire; changes nothing of the answer. */
export interface NoteEvent {
  type: "note";
  text: string;
}
export interface FailureEvent {
  type: "failure";
  failure: Failure;
}

export type ChatEvent =
  | StartEvent
  | TextDelta
  | ReasoningDelta
  | ReasoningDetails
  | RefusalDelta
  | ToolCallStart
  | ToolCallDelta
  | LogprobsDelta
  | UsageEvent
  | FinishEvent
  | NoteEvent
  | FailureEvent;

/** Whether the event carries something that a person or an agent can use: what the commit gate waits for. */
export function isContent(event: ChatEvent): boolean {
  switch (event.type) {
    case "text-delta":
    case "reasoning-delta":
    case "refusal-delta":
      return event.text.length > 0;
    case "tool-call-start":
      return true;
    default:
      return false;
  }
}
