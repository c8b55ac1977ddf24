/** `POST /v1/chat/completions`: the wire of the OpenAI SDKs and of most agents. */
import type { Surface } from "../surface.ts";
import { decode } from "./decode.ts";
import { failure } from "./failure.ts";
import { ChunkStream } from "./stream.ts";
import { whole } from "./whole.ts";

export const openaiChat: Surface = {
  name: "openai-chat",
  streamContentType: "text/event-stream; charset=utf-8",
  decode,
  whole,
  stream: (request) => new ChunkStream(request),
  failure,
};
