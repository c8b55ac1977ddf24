/** The history on the OpenAI wire: only fields that are known, none of them null. */
import type { AssistantMessage, Content, Message, Part } from "../../../core/chat/request.ts";
import { contentText } from "../../../core/chat/request.ts";
import type { OpenAIQuirks } from "../../../core/provider.ts";
import type { JsonObject } from "../../json.ts";
import { nineCharacterId } from "./tool-ids.ts";

export function encodeMessages(
  messages: readonly Message[],
  quirks: OpenAIQuirks,
  refused: ReadonlySet<string>,
): JsonObject[] {
  const toolId = quirks.toolCallIds === "nine" ? nineCharacterId : (id: string) => id;
  const names = quirks.messageNames === "send" && !refused.has("name");
  const content = (value: Content) => encodeContent(value, quirks, refused);
  return messages.map((message) => {
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
}

function encodeAssistant(
  message: AssistantMessage,
  quirks: OpenAIQuirks,
  refused: ReadonlySet<string>,
  content: (value: Content) => unknown,
  toolId: (id: string) => string,
): JsonObject {
  const said = message.content.length > 0 ? message.content : (message.refusal ?? "");
  const encoded: JsonObject = { role: "assistant", content: content(said) };
  const field = quirks.reasoningHistory;
  if (field !== "drop" && message.reasoning !== undefined && !refused.has(field)) {
    encoded[field] = message.reasoning;
  }
  if (field === "reasoning" && message.reasoningDetails?.length && !refused.has("reasoning_details")) {
    encoded.reasoning_details = message.reasoningDetails;
  }
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
