/** Folds the events of one answer into the whole of it. */
import type { ChatEvent, FinishReason, Usage } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { ToolCall } from "./request.ts";

export interface Answer {
  id: string;
  model: string;
  /** Epoch seconds. */
  created: number;
  text: string;
  reasoning: string;
  reasoningDetails: unknown[];
  refusal: string;
  toolCalls: ToolCall[];
  logprobs: unknown[];
  finish: FinishReason | null;
  usage: Usage | null;
  /** Set when the answer broke: everything above is then incomplete. */
  failure: Failure | null;
}

export function emptyAnswer(): Answer {
  return {
    id: "",
    model: "",
    created: 0,
    text: "",
    reasoning: "",
    reasoningDetails: [],
    refusal: "",
    toolCalls: [],
    logprobs: [],
    finish: null,
    usage: null,
    failure: null,
  };
}

/** Adds one event to `answer`, in place. */
export function addEvent(answer: Answer, event: ChatEvent): void {
  switch (event.type) {
    case "start":
      answer.id = event.id;
      answer.model = event.model;
      answer.created = event.created;
      break;
    case "text-delta":
      answer.text += event.text;
      break;
    case "reasoning-delta":
      answer.reasoning += event.text;
      break;
    case "reasoning-details":
      answer.reasoningDetails.push(...event.details);
      break;
    case "refusal-delta":
      answer.refusal += event.text;
      break;
    case "tool-call-start":
      answer.toolCalls[event.index] = { id: event.id, name: event.name, arguments: "" };
      break;
    case "tool-call-delta": {
      const call = answer.toolCalls[event.index];
      if (call) call.arguments += event.arguments;
      break;
    }
    case "logprobs-delta":
      answer.logprobs.push(...event.content);
      break;
    case "usage":
      answer.usage = event.usage;
      break;
    case "finish":
      answer.finish = event.reason;
      break;
    case "note":
      break;
    case "failure":
      answer.failure = event.failure;
      break;
  }
}
