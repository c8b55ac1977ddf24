/** The history on the OpenAI wire: only fields that are known. */
import type { AssistantMessage, Content, Message, Part } from "../../../core/chat/request.ts";
import { contentText } from "../../../core/chat/request.ts";
import type { OpenAIQuirks } from "../../../core/provider.ts";
import { type JsonObject, text } from "../../json.ts";
import { nineCharacterId } from "./tool-ids.ts";

export function encodeMessages(
  messages: readonly Message[],
  quirks: OpenAIQuirks,
  refused: ReadonlySet<string>,
  instruction?: string,
): JsonObject[] {
  const toolId = quirks.toolCallIds === "nine" ? nineCharacterId : (id: string) => id;
  const names = quirks.messageNames === "send" && !refused.has("name");
  const content = (value: Content) => encodeContent(value, quirks, refused);
  const prefixes = quirks.continuation === "prefix";
  const encoded = (prefixes ? withoutInstruction(messages) : messages).map((message) => {
    if (message.role === "tool") {
      return { role: "tool", tool_call_id: toolId(message.toolCallId), content: content(message.content) };
    }
    const folded = message.role === "developer" && quirks.developerRole === "fold";
    const encoded: JsonObject =
      message.role === "assistant"
        ? encodeAssistant(message, quirks, refused, content, toolId)
        : { role: folded ? "system" : message.role, content: content(message.content) };
    if (names && message.name !== undefined) encoded.name = message.name;
    return encoded;
  });
  return instruction === undefined ? encoded : instructed(encoded, instruction);
}

/** The prefix says itself that it is to be continued. */
function withoutInstruction(messages: readonly Message[]): readonly Message[] {
  const unfinished = messages.at(-2);
  return unfinished?.role === "assistant" && unfinished.isUnfinished === true
    ? messages.slice(0, -1)
    : messages;
}

/** With one more sentence for the model, in the system message that is there: some models take only one. */
function instructed(messages: JsonObject[], instruction: string): JsonObject[] {
  const [first, ...rest] = messages;
  const system = first?.role === "system" || first?.role === "developer";
  if (!first || !system) return [{ role: "system", content: instruction }, ...messages];
  const content = Array.isArray(first.content)
    ? [...first.content, { type: "text", text: instruction }]
    : `${text(first.content)}\n\n${instruction}`;
  return [{ ...first, content }, ...rest];
}

function encodeAssistant(
  message: AssistantMessage,
  quirks: OpenAIQuirks,
  refused: ReadonlySet<string>,
  content: (value: Content) => unknown,
  toolId: (id: string) => string,
): JsonObject {
  const said = message.content.length > 0 ? message.content : (message.refusal ?? "");
  const missing = said === "" && message.toolCalls.length > 0 && quirks.missingContent === "null";
  const encoded: JsonObject = { role: "assistant", content: missing ? null : content(said) };
  if (message.isUnfinished === true && quirks.continuation === "prefix") encoded.prefix = true;
  addReasoning(encoded, message, quirks.reasoningHistory, refused);
  if (message.toolCalls.length > 0) {
    encoded.tool_calls = message.toolCalls.map((call) => ({
      id: toolId(call.id),
      type: "function",
      // Some providers parse the arguments of the history, and an empty text is not JSON.
      function: { name: call.name, arguments: call.arguments === "" ? "{}" : call.arguments },
    }));
  }
  return encoded;
}

/** What the client replays of the model's thinking; one that keeps none has none to replay. */
function addReasoning(
  encoded: JsonObject,
  message: AssistantMessage,
  field: OpenAIQuirks["reasoningHistory"],
  refused: ReadonlySet<string>,
): void {
  if (field === "drop") return;
  const details = message.reasoningDetails ?? [];
  if (field === "reasoning_details" && details.length > 0 && !refused.has("reasoning_details")) {
    encoded.reasoning_details = details;
    return;
  }
  // The blocks hold the same and more; without them the plain text is all there is.
  const name = field === "reasoning_details" ? "reasoning" : field;
  if (message.reasoning !== undefined && !refused.has(name)) encoded[name] = message.reasoning;
}

function encodeContent(content: Content, quirks: OpenAIQuirks, refused: ReadonlySet<string>): unknown {
  if (typeof content === "string") return content;
  const textOnly = content.every((part) => part.type === "text");
  if (textOnly && quirks.textContent === "string") return contentText(content);
  return content.map((part) => encodePart(part, refused));
}

function encodePart(part: Part, refused: ReadonlySet<string>): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image": {
      const image: JsonObject = { url: part.url };
      if (part.detail !== undefined && !refused.has("detail")) image.detail = part.detail;
      return { type: "image_url", image_url: image };
    }
    case "audio":
      return { type: "input_audio", input_audio: { data: part.data, format: part.format } };
    case "file": {
      const file: JsonObject = {};
      if (part.data !== undefined) file.file_data = part.data;
      if (part.fileId !== undefined) file.file_id = part.fileId;
      if (part.name !== undefined) file.filename = part.name;
      return { type: "file", file };
    }
  }
}
