/** Content as Gemini's parts: text, and everything else as bytes inside the request. */
import type { Content, Part } from "../../../core/chat/request.ts";
import { contentText } from "../../../core/chat/request.ts";
import type { JsonObject } from "../../json.ts";

const AUDIO_TYPES: Readonly<Record<string, string>> = {
  mp3: "audio/mp3",
  wav: "audio/wav",
  m4a: "audio/mp4",
};
const FILE_TYPES: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  xml: "text/xml",
};

/** Never an empty part; an empty list where there is nothing to say. */
export function encodeParts(content: Content): JsonObject[] {
  if (typeof content === "string") return textParts(content);
  return content.flatMap((part) => (part.type === "text" ? textParts(part.text) : [mediaPart(part)]));
}

/** The parts that are not text. */
export function encodeMedia(content: Content): JsonObject[] {
  if (typeof content === "string") return [];
  return content.flatMap((part) => (part.type === "text" ? [] : [mediaPart(part)]));
}

export function textParts(text: string): JsonObject[] {
  return text === "" ? [] : [{ text }];
}

function mediaPart(part: Exclude<Part, { type: "text" }>): JsonObject {
  switch (part.type) {
    case "image":
      return inlineUrl(part.url) ?? { text: `[image: ${part.url}]` };
    case "audio":
      return inline(AUDIO_TYPES[part.format.toLowerCase()] ?? `audio/${part.format}`, part.data);
    case "file": {
      const { data, name } = part;
      if (data === undefined) return { text: `[file: ${name ?? part.fileId ?? "without content"}]` };
      const ending = name?.split(".").at(-1)?.toLowerCase() ?? "";
      return inlineUrl(data) ?? inline(FILE_TYPES[ending] ?? "application/pdf", data);
    }
  }
}

/** A `data:` URL as bytes; undefined for any other. */
function inlineUrl(url: string): JsonObject | undefined {
  const comma = url.startsWith("data:") ? url.indexOf(",") : -1;
  if (comma === -1) return undefined;
  const [type = "", ...parameters] = url.slice("data:".length, comma).split(";");
  const data = url.slice(comma + 1);
  const mimeType = type.trim() === "" ? "text/plain" : type.trim().toLowerCase();
  const isBase64 = parameters.some((parameter) => parameter.trim().toLowerCase() === "base64");
  return inline(mimeType, isBase64 ? data : base64(data));
}

function inline(mimeType: string, data: string): JsonObject {
  return { inlineData: { mimeType: mimeType === "image/jpg" ? "image/jpeg" : mimeType, data } };
}

function base64(escaped: string): string {
  let text = escaped;
  try {
    text = decodeURIComponent(escaped);
  } catch {
    // Not escaped after all.
  }
  return Buffer.from(text).toString("base64");
}

/** What a tool gave, as the object that a function response must be. */
export function responseObject(content: Content): JsonObject {
  const text = contentText(content);
  if (text.trimStart().startsWith("{")) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
    } catch {
      // Text that looks like JSON is still text.
    }
  }
  return { output: text };
}
