/** A whole answer under HTTP 200, which may still be no answer at all. */
import type { ChatEvent } from "../../../core/chat/event.ts";
import type { ChatRequest } from "../../../core/chat/request.ts";
import type { CallTarget } from "../../../core/provider.ts";
import { badReply } from "../../classify/index.ts";
import { isObject, parseJson } from "../../json.ts";
import { AnswerReader } from "./answer-reader.ts";
import { errorIn, unwrap } from "./envelope.ts";

export function decodeWhole(
  body: string,
  request: ChatRequest,
  target: CallTarget,
  now: number,
): ChatEvent[] {
  const events: ChatEvent[] = [];
  const reader = new AnswerReader(request, target, () => now, true);
  const reply = parseJson(body);
  if (reply === undefined) {
    const page = body.trimStart().startsWith("<");
    const failure = page
      ? badReply("generic/html", "an HTML page instead of an answer")
      : badReply("generic/not-json", body.trim() === "" ? "an empty reply" : "a reply that is not JSON");
    reader.fail(failure, events);
    return events;
  }
  const first: unknown = Array.isArray(reply) ? reply[0] : reply;
  const root = isObject(first) ? unwrap(first) : undefined;
  if (!root || (!Array.isArray(root.choices) && errorIn(root) === undefined)) {
    reader.fail(badReply("generic/no-choices", "a reply without choices"), events);
    return events;
  }
  reader.take(root, events);
  reader.complete(events);
  return events;
}
