/** What a tokenizer is to count of a chat request, and what stands between the pieces. */
import { type ChatRequest, type Content, contentText } from "../../chat/request.ts";
import { TOKENS_PER_ATTACHMENT } from "../../route/estimate.ts";

export interface PromptPieces {
  texts: string[];
  /** Tokens beside the texts: marks between messages, attachments, and what a template says on its own. On the high side. */
  frame: number;
}

/** What the templates of these models put before everything: who the model is, the date, its channels. */
const PREAMBLE = 96;
/** Start, role, channel, end. */
const PER_MESSAGE = 6;
/** Who is called, and that what follows is JSON. */
const PER_CALL = 10;
/** A tool as the templates write it, beside its name, its description and its schema. */
const PER_TOOL = 16;

export function piecesOf({ messages, tools, responseFormat }: ChatRequest): PromptPieces {
  const texts: string[] = [];
  let frame = PREAMBLE;
  const take = (content: Content): void => {
    texts.push(contentText(content));
    if (typeof content === "string") return;
    frame += content.filter(({ type }) => type !== "text").length * TOKENS_PER_ATTACHMENT;
  };
  for (const message of messages) {
    frame += PER_MESSAGE;
    take(message.content);
    if ("name" in message && message.name !== undefined) texts.push(message.name);
    if (message.role !== "assistant") continue;
    // Models see their thinking again only within a turn; whether this is one, the template decides.
    if (message.reasoning !== undefined) texts.push(message.reasoning);
    for (const call of message.toolCalls) {
      frame += PER_CALL;
      texts.push(call.name, call.arguments);
    }
  }
  for (const { name, description, parameters } of tools) {
    frame += PER_TOOL;
    texts.push(name, description ?? "", parameters === undefined ? "" : JSON.stringify(parameters));
  }
  if (responseFormat?.type === "json_schema") texts.push(JSON.stringify(responseFormat.schema ?? {}));
  return { texts: texts.filter((text) => text !== ""), frame };
}
