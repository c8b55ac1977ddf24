/**
 * The canonical chat request: what every surface decodes to and every dialect encodes from.
 * Fields that a client left out are absent, never null.
 */

export interface TextPart {
  type: "text";
  text: string;
}

/** `url` is an http(s) address or a `data:` URL. */
export interface ImagePart {
  type: "image";
  url: string;
  detail?: string;
}

/** Base64 audio, `format` as the client named it (wav, mp3). */
export interface AudioPart {
  type: "audio";
  data: string;
  format: string;
}

/** A document: base64 or data URL in `data`, or an id that only its provider can resolve. */
export interface FilePart {
  type: "file";
  data?: string;
  fileId?: string;
  name?: string;
}

export type Part = TextPart | ImagePart | AudioPart | FilePart;

/** Plain text stays a string, so that the common case is neither wrapped nor copied. */
export type Content = string | Part[];

export interface ToolCall {
  id: string;
  name: string;
  /** JSON text, as the model wrote it. */
  arguments: string;
}

/** `developer` is kept apart from `system`: a dialect folds it where the provider does not know it. */
export interface SystemMessage {
  role: "system" | "developer";
  content: Content;
  name?: string;
}

export interface UserMessage {
  role: "user";
  content: Content;
  name?: string;
}

export interface AssistantMessage {
  role: "assistant";
  content: Content;
  /** Thinking that the client replays; sent back only where a provider wants it. */
  reasoning?: string;
  /** OpenRouter's opaque reasoning blocks, replayed unchanged. */
  reasoningDetails?: unknown[];
  refusal?: string;
  /** Broke off: the model is to go on with it, not to answer it. */
  isUnfinished?: boolean;
  name?: string;
  toolCalls: ToolCall[];
}

export interface ToolMessage {
  role: "tool";
  toolCallId: string;
  content: Content;
}

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

export interface Tool {
  name: string;
  description?: string;
  /** JSON schema of the arguments. */
  parameters?: Record<string, unknown>;
  strict?: boolean;
}

export type ToolChoice = "auto" | "none" | "required" | { name: string };

export type ResponseFormat =
  | { type: "text" }
  | { type: "json_object" }
  | {
      type: "json_schema";
      name: string;
      schema?: Record<string, unknown>;
      description?: string;
      strict?: boolean;
    };

/** Knobs that are passed on where the provider takes them. Names as in the OpenAI API, in camel case. */
export interface SamplingParameters {
  temperature?: number;
  topP?: number;
  topK?: number;
  minP?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  repetitionPenalty?: number;
  seed?: number;
  stop?: string[];
  logitBias?: Record<string, number>;
  logprobs?: boolean;
  topLogprobs?: number;
  reasoningEffort?: string;
  verbosity?: string;
  user?: string;
  serviceTier?: string;
  metadata?: Record<string, string>;
  store?: boolean;
  prediction?: unknown;
}

export interface ChatRequest {
  /** As the client wrote it: `auto`, a family, an upstream id or `provider/id`. */
  model: string;
  /** Further models to try when that one does not answer, in this order. */
  fallbackModels?: string[];
  /** The client's own name for the conversation, where the body carries one. */
  conversation?: string;
  messages: Message[];
  tools: Tool[];
  toolChoice?: ToolChoice;
  parallelToolCalls?: boolean;
  /** The client speaks of `functions`, as the OpenAI API did before tools: its call is answered as `function_call`. */
  legacyFunctions?: boolean;
  responseFormat?: ResponseFormat;
  maxOutputTokens?: number;
  sampling: SamplingParameters;
  stream: boolean;
  /** The client asked for the usage chunk of a stream. freellm always asks the provider for it. */
  includeUsage: boolean;
  /** Size of the request body in bytes: the basis of the token estimate. */
  bytes: number;
}

/** The text of a message's content; parts that are not text are left out. */
export function contentText(content: Content): string {
  if (typeof content === "string") return content;
  let text = "";
  for (const part of content) if (part.type === "text") text += part.text;
  return text;
}

/** Whether an answer that broke off is to be gone on with: the model may have nothing left to say. */
export function isContinuation({ messages }: Pick<ChatRequest, "messages">): boolean {
  return messages.some((message) => message.role === "assistant" && message.isUnfinished === true);
}
