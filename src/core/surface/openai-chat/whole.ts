/** A whole answer as a `chat.completion` object. */
import type { Answer } from "../../chat/answer.ts";
import type { FinishReason, Usage } from "../../chat/event.ts";
import type { ChatRequest } from "../../chat/request.ts";

/** The answer as JSON text; it must not have failed. */
export function whole(answer: Answer, request: ChatRequest): string {
  const called = answer.toolCalls.length > 0;
  const silent = answer.text === "" && (called || answer.refusal !== "");
  const message: Record<string, unknown> = {
    role: "assistant",
    content: silent ? null : answer.text,
    refusal: answer.refusal === "" ? null : answer.refusal,
  };
  if (answer.reasoning !== "") message.reasoning_content = answer.reasoning;
  if (answer.reasoningDetails.length > 0) message.reasoning_details = answer.reasoningDetails;
  if (called) Object.assign(message, calls(answer, request));
  return JSON.stringify({
    id: answer.id,
    object: "chat.completion",
    created: answer.created,
    model: answer.model,
    choices: [
      {
        index: 0,
        message,
        logprobs: answer.logprobs.length === 0 ? null : { content: answer.logprobs },
        finish_reason: finishReason(answer.finish, called, request),
      },
    ],
    usage: encodeUsage(answer.usage ?? { inputTokens: 0, outputTokens: 0 }),
  });
}

function calls(answer: Answer, request: ChatRequest) {
  const encoded = answer.toolCalls.map((call) => ({
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  }));
  // That form has room for one call: asked without tools, it never meant to have more.
  return request.legacyFunctions ? { function_call: encoded[0]?.function } : { tool_calls: encoded };
}

/**
 * Some providers finish a turn with calls as `stop`, and an agent would not run them. An answer that was cut off
 * keeps its reason: its last call may be incomplete.
 */
export function finishReason(reason: FinishReason | null, called: boolean, request: ChatRequest): string {
  if (reason === "length" || reason === "content_filter") return reason;
  if (!called) return "stop";
  return request.legacyFunctions ? "function_call" : "tool_calls";
}

export function encodeUsage(usage: Usage) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  };
}
