/** A whole answer under HTTP 200, which may still be no answer at all. */
import type { ChatEvent } from "../../../core/chat/event.ts";
import type { ChatRequest } from "../../../core/chat/request.ts";
import type { CallTarget } from "../../../core/provider.ts";
import { badReply, embeddedError } from "../../classify/index.ts";
import { isObject, type JsonObject, parseJson } from "../../json.ts";
import { AnswerReader } from "./answer-reader.ts";

/** One reply, or (a stream that was not asked for as events) an array of chunks. */
export function decodeWhole(
  body: string,
  request: ChatRequest,
  target: CallTarget,
  now: number,
): ChatEvent[] {
  const events: ChatEvent[] = [];
  const reader = new AnswerReader(request, target, () => now);
  const reply = parseJson(body);
  if (reply === undefined) {
    const page = body.trimStart().startsWith("<");
    const failure = page
      ? badReply("generic/html", "an HTML page instead of an answer")
      : badReply("generic/not-json", body.trim() === "" ? "an empty reply" : "a reply that is not JSON");
    reader.fail(failure, events);
    return events;
  }
  const chunks = (Array.isArray(reply) ? reply : [reply]).filter(isObject);
  if (!chunks.some(saysSomething)) {
    reader.fail(badReply("generic/no-choices", "a reply without candidates"), events);
    return events;
  }
  for (const chunk of chunks) reader.take(chunk, events);
  reader.complete(events);
  return events;
}

function saysSomething(chunk: JsonObject): boolean {
  const { candidates, promptFeedback } = chunk;
  return (Array.isArray(candidates) && candidates.length > 0) || isObject(promptFeedback)
    ? true
    : embeddedError(chunk) !== undefined;
}
