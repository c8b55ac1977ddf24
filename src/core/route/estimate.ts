/** How many tokens a request will probably cost, before anyone has counted them. On the high side by intent. */
import type { ChatRequest, Content } from "../chat/request.ts";

/** Bytes of JSON text per token: prose has about 4, code and schemas about 3.3. */
const BYTES_PER_TOKEN = 3.2;
/** Image prices lie between 85 (low detail) and about 1,600 tokens. */
export const TOKENS_PER_ATTACHMENT = 1_100;
/** What an answer takes when the client set no bound. */
export const DEFAULT_OUTPUT_TOKENS = 1_024;

export interface TokenEstimate {
  input: number;
  /** The prompt as counted by the vocabulary that `vocabulary.ts` speaks of; absent until that mattered. */
  counted?: number;
  /** The client's whole `max_tokens` where it gave one. */
  output: number;
}

export interface RequestNeeds {
  tools: boolean;
  vision: boolean;
  jsonSchema: boolean;
  /** Only providers that do not train on what they are sent. */
  private: boolean;
}

/** Estimate and needs in one walk over the messages. */
export function measureRequest(
  request: ChatRequest,
  isPrivate: boolean,
): { tokens: TokenEstimate; needs: RequestNeeds } {
  let attachments = 0;
  let attachmentBytes = 0;
  let vision = false;
  const measure = (content: Content): void => {
    if (typeof content === "string") return;
    for (const part of content) {
      if (part.type === "text") continue;
      attachments++;
      if (part.type === "image") {
        vision = true;
        attachmentBytes += part.url.length;
      } else {
        attachmentBytes += part.data?.length ?? 0;
      }
    }
  };
  for (const message of request.messages) measure(message.content);
  const text = Math.max(0, request.bytes - attachmentBytes);
  return {
    tokens: {
      input: Math.ceil(text / BYTES_PER_TOKEN) + attachments * TOKENS_PER_ATTACHMENT,
      output: request.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS,
    },
    needs: {
      tools: request.tools.length > 0,
      vision,
      jsonSchema: request.responseFormat?.type === "json_schema",
      private: isPrivate,
    },
  };
}
