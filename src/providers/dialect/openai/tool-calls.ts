/**
 * Tool calls as the providers of this wire stream them: with or without index, id and type, with arguments as text or
 * as an object, several calls under one index, one id for two calls, an empty name for "as before".
 */
import type { ChatEvent } from "../../../core/chat/event.ts";
import type { Tool } from "../../../core/chat/request.ts";
import { isObject, type JsonObject, parseJson, text } from "../../json.ts";
import { decodeNested, hasStructure } from "./nested-arguments.ts";

interface Call {
  upstreamIndex: number | undefined;
  upstreamId: string;
  name: string;
  /** All of the arguments that came so far. */
  arguments: string;
  /** Position in the answer; -1 until the name is known. */
  index: number;
  /** The arguments are shown once all of them are there: they may be encoded twice. */
  held: boolean;
}

export class ToolCallReader {
  readonly #calls: Call[] = [];
  readonly #ids = new Set<string>();
  readonly #originals: ReadonlyMap<string, string>;
  readonly #seed: string;
  readonly #tools: readonly Tool[];
  #started = 0;

  /** `originals` leads from the provider's ids to those of the client, `seed` makes ids where there are none. */
  constructor(originals: ReadonlyMap<string, string>, seed: string, tools: readonly Tool[]) {
    this.#originals = originals;
    this.#seed = seed;
    this.#tools = tools;
  }

  get any(): boolean {
    return this.#started > 0;
  }

  /** One entry of `tool_calls`. `whole`: it is a complete call, never the continuation of one. */
  take(entry: unknown, whole: boolean, events: ChatEvent[]): void {
    if (!isObject(entry)) return;
    const declared = isObject(entry.function) ? entry.function : entry;
    const index = typeof entry.index === "number" ? entry.index : undefined;
    const id = text(entry.id);
    const name = text(declared.name);
    const piece = argumentsText(declared);
    let call = whole ? undefined : this.#continued(index, id, name, piece);
    if (!call) {
      call = { upstreamIndex: index, upstreamId: id, name, arguments: "", index: -1, held: false };
      this.#calls.push(call);
    }
    if (call.upstreamId === "") call.upstreamId = id;
    if (call.name === "") call.name = name;
    call.arguments += piece;
    // Arguments that are a string have been encoded twice as a whole.
    call.held ||= /^\s*"/.test(call.arguments);
    if (call.index === -1) {
      if (call.name !== "") this.#start(call, events);
    } else if (piece !== "" && !call.held) {
      events.push({ type: "tool-call-delta", index: call.index, arguments: piece });
    }
  }

  /** The old form, one call without id: `function_call: {name, arguments}`. */
  takeLegacy(entry: unknown, whole: boolean, events: ChatEvent[]): void {
    if (isObject(entry)) this.take({ index: 0, function: entry }, whole, events);
  }

  /** All calls are complete. Those without arguments get an empty object: clients parse the text. */
  end(events: ChatEvent[]): void {
    for (const call of this.#calls) {
      if (call.index === -1) continue;
      const empty = call.arguments.trim() === "";
      if (empty) call.arguments = "{}";
      else if (call.held) call.arguments = decodeNested(call.arguments, this.#schemaOf(call));
      if (empty || call.held) {
        events.push({ type: "tool-call-delta", index: call.index, arguments: call.arguments });
      }
      call.held = false;
    }
  }

  /** The answer was cut off: shows what was held as it is. */
  cut(events: ChatEvent[]): void {
    for (const call of this.#calls) {
      if (call.held && call.arguments !== "") {
        events.push({ type: "tool-call-delta", index: call.index, arguments: call.arguments });
      }
      call.held = false;
    }
  }

  #schemaOf(call: Call): JsonObject | undefined {
    return this.#tools.find((tool) => tool.name === call.name)?.parameters;
  }

  #start(call: Call, events: ChatEvent[]): void {
    call.index = this.#started++;
    const id = this.#uniqueId(call);
    this.#ids.add(id);
    events.push({ type: "tool-call-start", index: call.index, id, name: call.name });
    call.held ||= hasStructure(this.#schemaOf(call));
    if (call.arguments !== "" && !call.held) {
      events.push({ type: "tool-call-delta", index: call.index, arguments: call.arguments });
    }
  }

  #uniqueId(call: Call): string {
    const given = this.#originals.get(call.upstreamId) ?? call.upstreamId;
    if (given !== "" && !this.#ids.has(given)) return given;
    return `call_${this.#seed}${call.index}`;
  }

  /** The call that this entry goes on with; undefined when it begins a new one. */
  #continued(index: number | undefined, id: string, name: string, piece: string): Call | undefined {
    const call = this.#candidate(index, id, name);
    if (!call || name === "" || call.name === "") return call;
    if (id !== "" && call.upstreamId !== "" && id !== call.upstreamId) return undefined;
    if (name !== call.name) return undefined;
    // The name once more: either repeated with every piece, or a second call of the same function.
    const again = piece.trimStart().startsWith("{") && parseJson(call.arguments) !== undefined;
    return again ? undefined : call;
  }

  #candidate(index: number | undefined, id: string, name: string): Call | undefined {
    if (index !== undefined) return this.#calls.findLast((call) => call.upstreamIndex === index);
    const same = id === "" ? undefined : this.#calls.findLast((call) => call.upstreamId === id);
    return same ?? (name === "" ? this.#calls.at(-1) : undefined);
  }
}

function argumentsText(declared: JsonObject): string {
  const value = declared.arguments;
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
