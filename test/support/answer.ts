/** The whole of an answer out of its events. */
import { type Answer, addEvent, emptyAnswer } from "../../src/core/chat/answer.ts";
import type { ChatEvent } from "../../src/core/chat/event.ts";

export function foldAnswer(events: Iterable<ChatEvent>): Answer {
  const answer = emptyAnswer();
  for (const event of events) addEvent(answer, event);
  return answer;
}
