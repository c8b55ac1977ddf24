/** What tells that a request goes on with a conversation that was served before. */
import { type ChatRequest, contentText, type Message } from "../chat/request.ts";

/** A short keyed digest: equal for equal text on this installation, and says nothing about it elsewhere. */
export type Digest = (text: string) => string;

export interface ConversationIdentity {
  /** Names under which it may have been bound, the likeliest first. */
  known: readonly string[];
  /** The name to bind it under now; null for a first turn, which could be anybody's. */
  bind: string | null;
}

/** How many earlier ends of the conversation are looked for: the user may have gone back a turn or two. */
const EARLIER_ENDS = 3;
/** Of a longer message the ends and the length stand for the whole. */
const WHOLE_CHARACTERS = 1_024;

/**
 * By the client's own session id where it gives one. Else by what was said: every turn repeats the turns before it, so
 * the messages before the latest answer are just what the request before this one ended with. Agents open every chat
 * alike, so a first turn alone is no identity.
 */
export function identify(
  request: ChatRequest,
  sessionId: string | null,
  digest: Digest,
): ConversationIdentity {
  const session = sessionId ?? request.conversation ?? null;
  if (session !== null) {
    const name = digest(`session ${session}`);
    return { known: [name], bind: name };
  }
  if (!hasAnswer(request.messages)) return FIRST_TURN;
  const ends: string[] = [];
  let state = digest(request.tools.map((tool) => tool.name).join(" "));
  let previous: Message["role"] | null = null;
  for (const message of request.messages) {
    if (message.role === "assistant" && previous !== "assistant" && previous !== null) ends.push(state);
    state = digest(`${state} ${message.role} ${gist(message)}`);
    previous = message.role;
  }
  return { known: ends.reverse().slice(0, EARLIER_ENDS), bind: ends.length === 0 ? null : state };
}

const FIRST_TURN: Readonly<ConversationIdentity> = Object.freeze({ known: Object.freeze([]), bind: null });

/** Whether anything was answered before: only then is there something to tell it by. */
function hasAnswer(messages: readonly Message[]): boolean {
  for (let at = 1; at < messages.length; at++) if (messages[at]?.role === "assistant") return true;
  return false;
}

function gist(message: Message): string {
  let text = contentText(message.content);
  if (message.role === "assistant") {
    for (const call of message.toolCalls) text += ` ${call.name} ${call.arguments}`;
  }
  if (text.length <= WHOLE_CHARACTERS) return text;
  const half = WHOLE_CHARACTERS / 2;
  return `${text.length} ${text.slice(0, half)} ${text.slice(-half)}`;
}
