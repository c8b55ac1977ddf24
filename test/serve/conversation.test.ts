import { describe, expect, it } from "vitest";
import type { ChatRequest, Message } from "../../src/core/chat/request.ts";
import { identify } from "../../src/core/serve/conversation.ts";

const digest = (text: string): string => Bun.hash.xxHash64(text, 7n).toString(36);
const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content, toolCalls: [] });

function request(messages: Message[], changes: Partial<ChatRequest> = {}): ChatRequest {
  const plain = { model: "auto", tools: [], sampling: {}, stream: false, includeUsage: false, bytes: 1 };
  return { ...plain, messages, ...changes };
}

const opening: Message[] = [{ role: "system", content: "You are an agent." }, user("Hello")];
const second = [...opening, assistant("Hi"), user("Fix it")];
const third = [...second, assistant("Done"), user("Thanks")];
const identity = (messages: Message[]) => identify(request(messages), null, digest);

describe("the identity of a conversation", () => {
  it("is the client's own session id, in a header or in the body, also on the first turn", () => {
    const byHeader = identify(request(opening), "s-1", digest);
    expect(byHeader.bind).toBe(byHeader.known[0]);
    expect(byHeader.bind).not.toBeNull();
    expect(identify(request(second), "s-1", digest)).toEqual(byHeader);
    expect(identify(request(opening, { conversation: "s-1" }), null, digest)).toEqual(byHeader);
    expect(identify(request(opening), "s-2", digest).bind).not.toBe(byHeader.bind);
  });

  it("is not the first turn: agents open every chat alike", () => {
    expect(identity(opening)).toEqual({ known: [], bind: null });
  });

  it("goes from turn to turn: each knows what the one before was bound under", () => {
    expect(identity(third).known[0]).toBe(identity(second).bind);
  });

  it("survives going back a turn, and parallel answers of tools", () => {
    const other = [...second, assistant("Done"), user("No, otherwise")];
    expect(identity(other).known[0]).toBe(identity(second).bind);
    const withTool: Message[] = [
      ...second,
      { role: "assistant", content: "", toolCalls: [{ id: "1", name: "read", arguments: "{}" }] },
      { role: "tool", toolCallId: "1", content: "text" },
    ];
    expect(identity(withTool).known[0]).toBe(identity(second).bind);
  });

  it("tells apart what differs anywhere: system prompt, tools, texts, calls", () => {
    const seen = new Set([
      identity(third).bind,
      identity([{ role: "system", content: "You are another." }, ...third.slice(1)]).bind,
      identity([...second, assistant("Done!"), user("Thanks")]).bind,
      identify(request(third, { tools: [{ name: "read" }] }), null, digest).bind,
      identity([...second, assistant("Done"), user("x".repeat(5_000))]).bind,
      identity([...second, assistant("Done"), user(`${"x".repeat(4_999)}y`)]).bind,
    ]);
    expect(seen.size).toBe(6);
  });
});
