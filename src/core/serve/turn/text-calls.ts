/** Calls that a model wrote into its text instead of making them. Text flows on until something looks like one. */
import type { Tool, ToolCall } from "../../chat/request.ts";
import { offered } from "./mend.ts";

/** How models write calls: in the tags of their training, or as bare JSON that opens with a name. */
const MARKS = ["<tool_call>", "<function=", "[TOOL_CALLS]", "<|tool_call|>"];
const LONGEST_MARK = Math.max(...MARKS.map((mark) => mark.length));
/** Bare JSON counts only as the whole answer, and only when it opens like a call. */
const OPENS_LIKE_CALL = /^\s*(?:```(?:json|tool_call)?\s*)?\[?\s*\{\s*"(?:name|function|tool|tool_name)"\s*:/;
const MAY_OPEN_LIKE_CALL = /^\s*(?:`{0,3}|```[a-z_]*\s*)?\[?\s*(?:\{\s*(?:"[a-z_]{0,9}"?\s*)?)?$/;

export class TextCalls {
  readonly #tools: readonly Tool[];
  /** Seen and not yet let go. */
  #held = "";
  /** Nothing was let go yet: the whole answer may still be a call. */
  #atStart = true;
  /** Looks like a call: held to the end. */
  #suspicious = false;

  constructor(tools: readonly Tool[]) {
    this.#tools = tools;
  }

  get heldCharacters(): number {
    return this.#held.length;
  }

  /** The text that may go on now. */
  push(text: string): string {
    this.#held += text;
    if (this.#suspicious) return "";
    if (this.#atStart) {
      if (OPENS_LIKE_CALL.test(this.#held)) {
        this.#suspicious = true;
        return "";
      }
      if (MAY_OPEN_LIKE_CALL.test(this.#held)) return "";
    }
    const mark = firstMark(this.#held);
    if (mark !== -1) {
      this.#suspicious = true;
      return this.#release(mark);
    }
    return this.#release(this.#held.length - beginningOfMark(this.#held));
  }

  /** The turn is over: the calls that were found, and the text that is none. */
  end(): { text: string; calls: ToolCall[] } {
    const held = this.#held;
    this.#held = "";
    if (!this.#suspicious) return { text: held, calls: [] };
    const found = parseCalls(held);
    const calls: ToolCall[] = [];
    for (const { name, arguments: given } of found) {
      const tool = offered(name, this.#tools);
      if (!tool) return { text: held, calls: [] };
      calls.push({ id: `call_text_${calls.length + 1}`, name: tool.name, arguments: given });
    }
    return calls.length === 0 ? { text: held, calls } : { text: "", calls };
  }

  #release(length: number): string {
    const released = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (released !== "") this.#atStart = false;
    return released;
  }
}

function firstMark(text: string): number {
  const found = MARKS.map((mark) => text.indexOf(mark)).filter((at) => at !== -1);
  return found.length === 0 ? -1 : Math.min(...found);
}

/** How many characters at the end may be the beginning of a mark. */
function beginningOfMark(text: string): number {
  for (let length = Math.min(LONGEST_MARK - 1, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (MARKS.some((mark) => mark.startsWith(end))) return length;
  }
  return 0;
}

interface WrittenCall {
  name: string;
  arguments: string;
}

function parseCalls(text: string): WrittenCall[] {
  const tagged = [...text.matchAll(/<tool_call>\s*([\s\S]*?)\s*(?:<\/tool_call>|$)/g)];
  if (tagged.length > 0) return tagged.flatMap(([, body = ""]) => parseFunctions(body) ?? parseJson(body));
  const functions = parseFunctions(text);
  if (functions) return functions;
  const bare = text
    .replace(/^\s*(?:\[TOOL_CALLS\]|<\|tool_call\|>)/, "")
    .trim()
    .replace(/^```(?:json|tool_call)?\s*/, "")
    .replace(/```$/, "");
  return parseJson(bare);
}

/** `<function=name>{...}</function>`, or one tag a parameter. */
function parseFunctions(text: string): WrittenCall[] | null {
  const found = [...text.matchAll(/<function=([^>\s]+)>\s*([\s\S]*?)\s*(?:<\/function>|$)/g)];
  if (found.length === 0) return null;
  return found.map(([, name = "", body = ""]) => {
    const parameters = [...body.matchAll(/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>/g)];
    if (parameters.length === 0) return { name, arguments: body };
    const members = parameters.map(([, key = "", value = ""]) => [key, value]);
    return { name, arguments: JSON.stringify(Object.fromEntries(members)) };
  });
}

function parseJson(text: string): WrittenCall[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const calls = (Array.isArray(value) ? value : [value]).map(writtenCall);
  return calls.every((call) => call !== null) ? calls : [];
}

function writtenCall(value: unknown): WrittenCall | null {
  if (typeof value !== "object" || value === null) return null;
  const record = value as Record<string, unknown>;
  // `{"type": "function", "function": {...}}` is how the API itself writes one.
  const body = (typeof record.function === "object" ? record.function : record) as Record<string, unknown>;
  const name = body.name ?? record.function ?? record.tool ?? record.tool_name;
  const given = body.arguments ?? body.parameters ?? body.args ?? body.input;
  if (typeof name !== "string" || given === undefined) return null;
  return { name, arguments: typeof given === "string" ? given : JSON.stringify(given) };
}
