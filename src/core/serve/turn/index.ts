/**
 * What of an answer may go on to the client, and when. Where tools were offered, all calls of a turn are held until the
 * turn is finished, mended where that is safe, and released together: half a call never leaves. Calls that a
 * model wrote as text become calls.
 */
import type { ChatEvent, FinishReason } from "../../chat/event.ts";
import type { Failure } from "../../chat/failure.ts";
import type { ChatRequest, ToolCall } from "../../chat/request.ts";
import { mendJson } from "./json-answer.ts";
import { mendCall } from "./mend.ts";
import { TextCalls } from "./text-calls.ts";

export interface TurnOptions {
  /** Calls stream as they come, and are not mended. */
  holdTools: boolean;
  /** Arguments must fit the offered schema; else any object will do. */
  strict: boolean;
}

export class Turn {
  readonly #request: ChatRequest;
  readonly #options: TurnOptions;
  readonly #holds: boolean;
  readonly #text: TextCalls | null;
  /** The text of a JSON answer that nobody reads before it is whole. */
  #json: string | null;
  readonly #calls: ToolCall[] = [];
  #isOver = false;
  /** The answer has begun, though nothing of it may have gone on yet. */
  begun = false;

  constructor(request: ChatRequest, options: TurnOptions) {
    this.#request = request;
    this.#options = options;
    this.#holds = options.holdTools && request.tools.length > 0;
    this.#text = this.#holds ? new TextCalls(request.tools) : null;
    const format = request.responseFormat?.type ?? "text";
    this.#json = !request.stream && format !== "text" ? "" : null;
  }

  /** Of what waits for the end of the turn: the provider counts it, whether it is ever released or not. */
  get heldCharacters(): number {
    if (this.#isOver) return 0;
    const text = (this.#json?.length ?? 0) + (this.#text?.heldCharacters ?? 0);
    return this.#calls.reduce((sum, call) => sum + call.arguments.length, text);
  }

  /** What may go on now. The last event may be a `failure`: the turn is of no use then. */
  accept(events: ChatEvent[]): ChatEvent[] {
    if (!this.#holds && this.#json === null) return events;
    const released: ChatEvent[] = [];
    for (const event of events) {
      this.#take(event, released);
      if (released.at(-1)?.type === "failure") break;
    }
    return released;
  }

  #take(event: ChatEvent, released: ChatEvent[]): void {
    switch (event.type) {
      case "tool-call-start":
        this.begun = true;
        if (this.#holds) this.#calls[event.index] = { id: event.id, name: event.name, arguments: "" };
        else released.push(event);
        break;
      case "tool-call-delta": {
        const call = this.#calls[event.index];
        if (call) call.arguments += event.arguments;
        else if (!this.#holds) released.push(event);
        break;
      }
      case "text-delta":
        this.begun = true;
        if (this.#json !== null) this.#json += event.text;
        else if (this.#text) pushText(released, this.#text.push(event.text));
        else released.push(event);
        break;
      case "finish":
        this.#finish(event.reason, released);
        break;
      default:
        released.push(event);
    }
  }

  #finish(reason: FinishReason, released: ChatEvent[]): void {
    this.#isOver = true;
    const written = this.#text?.end() ?? { text: "", calls: [] };
    pushText(released, written.text);
    const calls = [...this.#calls.filter((call) => call !== undefined), ...written.calls];
    // Cut off by its limit, an answer is what it is: mending would make half a call look whole.
    const whole = reason !== "length";
    if (this.#json !== null) {
      const { text, broken } = mendJson(this.#json, this.#request.responseFormat, whole);
      if (broken && calls.length === 0) {
        released.push(badGeneration("json/invalid", "the answer is not the JSON that was asked for"));
        return;
      }
      pushText(released, text);
    }
    for (const [index, call] of calls.entries()) {
      const mended = whole ? mendCall(call, this.#request.tools, this.#options.strict) : call;
      if (mended === null) {
        released.push(badGeneration("tools/unusable-call", `a call of the tool ${call.name} cannot be used`));
        return;
      }
      released.push({ type: "tool-call-start", index, id: mended.id, name: mended.name });
      released.push({ type: "tool-call-delta", index, arguments: mended.arguments });
    }
    const called = calls.length > 0 && reason === "stop";
    released.push({ type: "finish", reason: called ? "tool_calls" : reason });
  }
}

function pushText(released: ChatEvent[], text: string): void {
  if (text !== "") released.push({ type: "text-delta", text });
}

function badGeneration(rule: string, message: string): ChatEvent {
  const failure: Failure = { kind: "bad_generation", scope: "request", rule, message };
  return { type: "failure", failure };
}
