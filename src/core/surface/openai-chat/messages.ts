/** The messages of a request in canonical form, with the gaps filled that agents leave in them. */
import type { AssistantMessage, Content, Message, Part, ToolCall } from "../../chat/request.ts";
import { invalid, missing } from "./invalid.ts";
import type { RawFunctionCall, RawMessage, RawPart, RawToolCall } from "./schema.ts";

/** A tool call that has no result yet. `invented` marks an id that the client left out. */
interface OpenCall {
  call: ToolCall;
  invented: boolean;
}

export function decodeMessages(raw: readonly RawMessage[]): Message[] {
  const messages: Message[] = [];
  let open: OpenCall[] = [];
  raw.forEach((message, at) => {
    switch (message.role) {
      case "assistant": {
        const calls = decodeCalls(message, at);
        if (calls.length > 0) open = calls;
        messages.push(decodeAssistant(message, calls));
        break;
      }
      case "tool":
      case "function":
        messages.push({
          role: "tool",
          toolCallId: matchCall(message, at, open),
          content: decodeContent(message.content ?? ""),
        });
        break;
      default: {
        if (message.content === undefined) throw missing(`messages[${at}].content`);
        const content = decodeContent(message.content ?? "");
        messages.push(
          message.name
            ? { role: message.role, content, name: message.name }
            : { role: message.role, content },
        );
      }
    }
  });
  return messages;
}

function decodeAssistant(raw: RawMessage, calls: readonly OpenCall[]): AssistantMessage {
  const message: AssistantMessage = {
    role: "assistant",
    content: decodeContent(raw.content ?? ""),
    toolCalls: calls.map(({ call }) => call),
  };
  const reasoning = [raw.reasoning_content, raw.reasoning].find(
    (value) => typeof value === "string" && value,
  );
  if (typeof reasoning === "string") message.reasoning = reasoning;
  if (Array.isArray(raw.reasoning_details) && raw.reasoning_details.length > 0)
    message.reasoningDetails = raw.reasoning_details;
  const refusal = raw.refusal ?? refusalIn(raw.content);
  if (refusal) message.refusal = refusal;
  if (raw.name) message.name = raw.name;
  return message;
}

function decodeCalls(message: RawMessage, at: number): OpenCall[] {
  const raw: RawToolCall[] =
    message.tool_calls ?? (message.function_call ? [{ function: message.function_call }] : []);
  return raw.map((call, index) => ({
    call: {
      // Built from the place in the history, so that a replay of the same history gives the same id.
      id: call.id || `call_${at}_${index}`,
      ...("custom" in call
        ? { name: call.custom.name, arguments: JSON.stringify({ input: call.custom.input }) }
        : decodeCall(call.function)),
    },
    invented: !call.id,
  }));
}

function decodeCall(raw: RawFunctionCall): Omit<ToolCall, "id"> {
  const given = raw.arguments ?? "";
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return { name: raw.name, arguments: text.trim() === "" ? "{}" : text };
}

/** The id of the call that this result answers: as stated, else the first open call (of that name, where one is given). */
function matchCall(message: RawMessage, at: number, open: OpenCall[]): string {
  const stated = message.tool_call_id || undefined;
  let index = stated === undefined ? -1 : open.findIndex(({ call }) => call.id === stated);
  if (index === -1 && stated !== undefined) {
    // The client names its results but not its calls: the first call without an id takes this one.
    index = open.findIndex(({ invented }) => invented);
    const adopted = open[index];
    if (adopted) adopted.call.id = stated;
  }
  if (stated === undefined) {
    index = message.name ? open.findIndex(({ call }) => call.name === message.name) : -1;
    if (index === -1) index = 0;
  }
  const [matched] = index === -1 ? [] : open.splice(index, 1);
  const id = stated ?? matched?.call.id;
  if (id !== undefined) return id;
  if (message.role === "tool") throw missing(`messages[${at}].tool_call_id`);
  const parameter = `messages[${at}].role`;
  throw invalid(
    `Invalid '${parameter}': a message with role 'function' must follow an assistant message with a call.`,
    parameter,
    "invalid_value",
  );
}

/** Parts that are not content of their own (refusals) are left out; an array that is then empty is no content. */
function decodeContent(raw: string | readonly RawPart[]): Content {
  if (typeof raw === "string") return raw;
  const parts: Part[] = [];
  for (const part of raw) {
    const decoded = decodePart(part);
    if (decoded) parts.push(decoded);
  }
  return parts.length === 0 ? "" : parts;
}

function decodePart(part: RawPart): Part | null {
  switch (part.type) {
    case "text":
    case "input_text":
    case "output_text":
      return { type: "text", text: part.text };
    case "refusal":
      return null;
    case "image_url":
    case "input_image": {
      const image = part.image_url;
      const url = typeof image === "string" ? image : image.url;
      const detail = (typeof image === "string" ? undefined : image.detail) ?? part.detail;
      return detail ? { type: "image", url, detail } : { type: "image", url };
    }
    case "input_audio":
      return { type: "audio", data: part.input_audio.data, format: part.input_audio.format };
    case "file":
      return decodeFile(part.file);
    case "input_file":
      return decodeFile(part);
  }
}

function decodeFile(file: {
  file_data?: string | null | undefined;
  file_id?: string | null | undefined;
  filename?: string | null | undefined;
}): Part {
  return {
    type: "file",
    ...(file.file_data && { data: file.file_data }),
    ...(file.file_id && { fileId: file.file_id }),
    ...(file.filename && { name: file.filename }),
  };
}

function refusalIn(content: RawMessage["content"]): string {
  if (!Array.isArray(content)) return "";
  return content.map((part) => (part.type === "refusal" ? part.refusal : "")).join("");
}
