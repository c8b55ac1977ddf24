/** An answer as it goes over the OpenAI wire: whole, or streamed piece by piece at the pace of the profile. */
import { writeComment, writeEvent } from "../../core/chat/sse.ts";
import { type ChatCall, piecesOf, type SimulatedAnswer } from "./answer.ts";
import type { SimulatedProfile, SimulatedWorld } from "./profile.ts";
import type { Style } from "./style/style.ts";

/** What identifies one answer: the same in every chunk of it. */
export interface AnswerIdentity {
  id: string;
  /** Epoch seconds. */
  created: number;
  model: string;
}

export function wholeBody(answer: SimulatedAnswer, identity: AnswerIdentity): Record<string, unknown> {
  const calls = toolCallsOf(answer, identity);
  return {
    id: identity.id,
    object: "chat.completion",
    created: identity.created,
    model: identity.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: calls.length > 0 ? null : answer.text,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        finish_reason: answer.finishReason,
      },
    ],
    usage: answer.usage,
  };
}

/** Every frame of the stream, in order. */
function framesOf(answer: SimulatedAnswer, identity: AnswerIdentity, style: Style, call: ChatCall): string[] {
  const chunk = (choices: unknown[], more: Record<string, unknown> = {}) =>
    writeEvent(
      JSON.stringify({
        id: identity.id,
        object: "chat.completion.chunk",
        created: identity.created,
        model: identity.model,
        choices,
        ...more,
      }),
    );
  const delta = (content: Record<string, unknown>, finish: string | null = null) => [
    { index: 0, delta: content, finish_reason: finish },
  ];
  const frames: string[] = [];
  if (style.greeting !== null) frames.push(writeComment(style.greeting));
  frames.push(chunk(delta({ role: "assistant", content: "" })));
  for (const piece of piecesOf(answer.text)) frames.push(chunk(delta({ content: piece })));
  for (const [index, tool] of toolCallsOf(answer, identity).entries()) {
    frames.push(chunk(delta({ tool_calls: [{ index, ...tool }] })));
  }
  const usage = { usage: answer.usage };
  frames.push(chunk(delta({}, answer.finishReason), style.streamUsage === "last" ? usage : {}));
  if (style.streamUsage === "extra" || (style.streamUsage === "asked" && call.includeUsage)) {
    frames.push(chunk([], usage));
  }
  frames.push(writeEvent("[DONE]"));
  return frames;
}

function toolCallsOf(answer: SimulatedAnswer, identity: AnswerIdentity) {
  return answer.toolCalls.map((tool, index) => ({
    id: `${identity.id.slice(-8)}${index}`,
    type: "function",
    function: tool,
  }));
}

/**
 * The stream, one frame a read, so that a reader who stops holds it up. `over` is called once: with true when the
 * last frame was taken, with false when the reader left.
 */
export function streamBody(
  answer: SimulatedAnswer,
  identity: AnswerIdentity,
  style: Style,
  call: ChatCall,
  profile: SimulatedProfile,
  world: SimulatedWorld,
  over: (complete: boolean) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const frames = framesOf(answer, identity, style, call);
  let next = 0;
  let timer: { cancel(): void } | undefined;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        return new Promise<void>((resolve) => {
          timer = world.timers.after(next === 0 ? 0 : profile.tokenMs, () => {
            controller.enqueue(encoder.encode(frames[next++]));
            if (next === frames.length) {
              controller.close();
              over(true);
            }
            resolve();
          });
        });
      },
      cancel() {
        timer?.cancel();
        over(false);
      },
    },
    { highWaterMark: 0 },
  );
}
