/** A streamed answer as `chat.completion.chunk` events. */
import type { ChatEvent, FinishReason, StartEvent, ToolCallStart, Usage } from "../../chat/event.ts";
import type { Problem } from "../../chat/problem.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { writeComment, writeEvent } from "../../chat/sse.ts";
import type { StreamEncoder } from "../surface.ts";
import { failure } from "./failure.ts";
import { encodeUsage, finishReason } from "./whole.ts";

const HEARTBEAT = writeComment("keep-alive");

/**
 * Everything around a delta is the same in every chunk of a stream, so it is written once and text is all that is
 * serialised for each: that keeps a chunk under a microsecond.
 */
export class ChunkStream implements StreamEncoder {
  readonly heartbeat = HEARTBEAT;
  readonly #request: ChatRequest;
  /** Up to the choices of a chunk; "" until the answer has begun. */
  #opening = "";
  #beforeDelta = "";
  #beforeText = "";
  #afterDelta = "";
  #called = false;
  #finish: FinishReason | null = null;
  #usage: Usage | null = null;

  constructor(request: ChatRequest) {
    this.#request = request;
  }

  push(events: readonly ChatEvent[]): string {
    let frames = "";
    for (const event of events) frames += this.#encode(event);
    return frames;
  }

  end(): string {
    const begun = this.#begun();
    const reason = JSON.stringify(finishReason(this.#finish, this.#called, this.#request));
    const last = `${this.#beforeDelta}{},"logprobs":null,"finish_reason":${reason}}]${this.#usageField()}}\n\n`;
    const usage =
      this.#request.includeUsage && this.#usage
        ? `${this.#opening}[],"usage":${JSON.stringify(encodeUsage(this.#usage))}}\n\n`
        : "";
    return `${begun}${last}${usage}data: [DONE]\n\n`;
  }

  fail(problem: Problem): string {
    return writeEvent(failure(problem).body);
  }

  #encode(event: ChatEvent): string {
    switch (event.type) {
      case "start":
        return this.#start(event);
      case "text-delta":
        return event.text === "" ? "" : this.#text(event.text);
      case "reasoning-delta":
        return event.text === "" ? "" : this.#delta(`"reasoning_content":${JSON.stringify(event.text)}`);
      case "reasoning-details":
        return this.#delta(`"reasoning_details":${JSON.stringify(event.details)}`);
      case "refusal-delta":
        return event.text === "" ? "" : this.#delta(`"refusal":${JSON.stringify(event.text)}`);
      case "tool-call-start":
        return this.#callStart(event);
      case "tool-call-delta":
        return event.arguments === "" ? "" : this.#callDelta(event.index, event.arguments);
      case "logprobs-delta":
        return this.#logprobs(event.content);
      case "usage":
        this.#usage = event.usage;
        return "";
      case "finish":
        this.#finish = event.reason;
        return "";
      case "note":
        return writeComment(event.text);
      case "failure":
        // The serving layer decides what becomes of it, and says so by `fail`.
        return "";
    }
  }

  /** After a rescue another answer starts; id and model stay those of the first. */
  #start({ id, model, created }: Omit<StartEvent, "type">): string {
    if (this.#opening !== "") return "";
    const head = JSON.stringify({ id, object: "chat.completion.chunk", created, model });
    // Joined, not added: strings that were added stay apart in memory, to be gathered again for each chunk.
    this.#opening = ["data: ", head.slice(0, -1), ',"choices":'].join("");
    this.#beforeDelta = [this.#opening, '[{"index":0,"delta":'].join("");
    this.#beforeText = [this.#beforeDelta, '{"content":'].join("");
    this.#afterDelta = ['},"logprobs":null,"finish_reason":null}]', this.#usageField(), "}\n\n"].join("");
    return this.#delta('"role":"assistant","content":""');
  }

  /** An answer without a start has no identity of its own. */
  #begun(): string {
    return this.#opening === ""
      ? this.#start({ id: "chatcmpl-0", model: this.#request.model, created: 0 })
      : "";
  }

  #text(text: string): string {
    const begun = this.#begun();
    const chunk = `${this.#beforeText}${JSON.stringify(text)}${this.#afterDelta}`;
    return begun === "" ? chunk : begun + chunk;
  }

  #delta(fields: string): string {
    if (this.#opening === "") return this.#begun() + this.#delta(fields);
    return `${this.#beforeDelta}{${fields}${this.#afterDelta}`;
  }

  #logprobs(content: unknown[]): string {
    const begun = this.#begun();
    const logprobs = JSON.stringify({ content });
    return `${begun}${this.#beforeDelta}{},"logprobs":${logprobs},"finish_reason":null}]${this.#usageField()}}\n\n`;
  }

  #callStart({ index, id, name }: ToolCallStart): string {
    this.#called = true;
    const call = { name, arguments: "" };
    if (this.#request.legacyFunctions)
      return index === 0 ? this.#delta(`"function_call":${JSON.stringify(call)}`) : "";
    return this.#delta(`"tool_calls":${JSON.stringify([{ index, id, type: "function", function: call }])}`);
  }

  #callDelta(index: number, text: string): string {
    const call = `{"arguments":${JSON.stringify(text)}}`;
    if (this.#request.legacyFunctions) return index === 0 ? this.#delta(`"function_call":${call}`) : "";
    return this.#delta(`"tool_calls":[{"index":${index},"function":${call}}]`);
  }

  /** With usage asked for, the API puts `"usage": null` into every chunk but the last. */
  #usageField(): string {
    return this.#request.includeUsage ? ',"usage":null' : "";
  }
}
