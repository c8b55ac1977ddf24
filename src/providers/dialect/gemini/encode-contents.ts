/**
 * The history as Gemini's turns: `user` and `model`, the system's words apart. Each model turn that calls functions is
 * followed at once by one turn with a response to every call, as Gemini demands.
 */
import type { AssistantMessage, Message, ToolMessage } from "../../../core/chat/request.ts";
import { contentText } from "../../../core/chat/request.ts";
import type { CallTarget } from "../../../core/provider.ts";
import { isObject, type JsonObject, parseJson } from "../../json.ts";
import { wireName } from "./names.ts";
import { encodeMedia, encodeParts, responseObject, textParts } from "./parts.ts";
import { signatureFor } from "./signatures.ts";
import type { ModelTraits } from "./traits.ts";

export interface EncodedHistory {
  /** Everything the system said; "" for nothing. */
  system: string;
  contents: Turn[];
}

interface Turn {
  role: "user" | "model";
  parts: JsonObject[];
}

export function encodeHistory(
  messages: readonly Message[],
  target: CallTarget,
  traits: ModelTraits,
): EncodedHistory {
  const system: string[] = [];
  const turns = new Turns();
  const answered = new Set<ToolMessage>();
  messages.forEach((message, at) => {
    switch (message.role) {
      case "system":
      case "developer":
        system.push(contentText(message.content));
        break;
      case "user":
        turns.add("user", encodeParts(message.content));
        break;
      case "assistant":
        addAssistant(turns, message, resultsAfter(messages, at), answered, target, traits);
        break;
      case "tool":
        // A result whose call is not in the history.
        if (!answered.has(message)) {
          turns.add("user", [
            ...textParts(`Result of ${message.toolCallId}: ${contentText(message.content)}`),
            ...encodeMedia(message.content),
          ]);
        }
    }
  });
  return { system: system.filter((text) => text !== "").join("\n\n"), contents: turns.list };
}

/** The results that may answer the calls of the message at `at`: those up to the next assistant turn. */
function resultsAfter(messages: readonly Message[], at: number): ToolMessage[] {
  const results: ToolMessage[] = [];
  for (const message of messages.slice(at + 1)) {
    if (message.role === "assistant") break;
    if (message.role === "tool") results.push(message);
  }
  return results;
}

function addAssistant(
  turns: Turns,
  message: AssistantMessage,
  results: readonly ToolMessage[],
  answered: Set<ToolMessage>,
  target: CallTarget,
  traits: ModelTraits,
): void {
  const said = message.content.length > 0 ? message.content : (message.refusal ?? "");
  const parts = encodeParts(said);
  const responses: JsonObject[] = [];
  const media: JsonObject[] = [];
  message.toolCalls.forEach(({ id, name, arguments: given }, index) => {
    const call = { id, name: wireName(name) };
    const part: JsonObject = { functionCall: { ...call, args: argumentsObject(given) } };
    const signature = signatureFor(target, traits, id, index === 0);
    if (signature !== undefined) part.thoughtSignature = signature;
    parts.push(part);

    const result = results.find((one) => one.toolCallId === id && !answered.has(one));
    if (result) answered.add(result);
    const response = result ? responseObject(result.content) : { error: "no result" };
    responses.push({ functionResponse: { ...call, response } });
    const shown = result ? encodeMedia(result.content) : [];
    if (shown.length > 0) media.push(...textParts(`Shown by ${name}:`), ...shown);
  });
  turns.add("model", parts);
  turns.addResponses(responses);
  turns.add("user", media);
}

function argumentsObject(given: string): JsonObject {
  const parsed = parseJson(given);
  if (isObject(parsed)) return parsed;
  return given.trim() === "" ? {} : { input: parsed ?? given };
}

class Turns {
  readonly list: Turn[] = [];
  /** The last turn holds function responses, which nothing may be mixed with. */
  #closed = false;

  /** Turns of one role become one; empty ones are left out. */
  add(role: Turn["role"], parts: JsonObject[]): void {
    if (parts.length === 0) return;
    const last = this.list.at(-1);
    if (last?.role === role && !this.#closed) last.parts.push(...parts);
    else this.#push(role, parts, false);
  }

  addResponses(parts: JsonObject[]): void {
    if (parts.length > 0) this.#push("user", parts, true);
  }

  #push(role: Turn["role"], parts: JsonObject[], closed: boolean): void {
    // Gemini takes no history that the model begins.
    if (this.list.length === 0 && role === "model") {
      this.list.push({ role: "user", parts: textParts("(The conversation begins with an answer.)") });
    }
    this.list.push({ role, parts });
    this.#closed = closed;
  }
}
