/** A streamed answer: bytes, however they are cut, to events. There is no end mark: the stream closes. */
import type { ChatEvent } from "../../../core/chat/event.ts";
import type { ChatRequest } from "../../../core/chat/request.ts";
import { EventTooLargeError, type ServerSentEvent, SseReader } from "../../../core/chat/sse.ts";
import type { CallTarget, ChatDecoder } from "../../../core/provider.ts";
import { badReply } from "../../classify/index.ts";
import { isObject, parseJson } from "../../json.ts";
import { AnswerReader } from "./answer-reader.ts";
import { decodeWhole } from "./decode-whole.ts";

/** Of a reply that is no stream, in characters. */
const MAX_WHOLE = 32 * 1024 * 1024;

export class StreamDecoder implements ChatDecoder {
  readonly #request: ChatRequest;
  readonly #target: CallTarget;
  readonly #now: () => number;
  readonly #frames = new SseReader();
  readonly #answer: AnswerReader;
  /** What the first byte that is not white space shows: a stream, or a document (JSON, HTML) in its place. */
  #form: "unknown" | "stream" | "document" = "unknown";
  #document = "";
  readonly #utf8 = new TextDecoder();
  #over = false;

  constructor(request: ChatRequest, target: CallTarget, now: () => number) {
    this.#request = request;
    this.#target = target;
    this.#now = now;
    this.#answer = new AnswerReader(request, target, now);
  }

  get over(): boolean {
    return this.#over;
  }

  push(bytes: Uint8Array): ChatEvent[] {
    const events: ChatEvent[] = [];
    if (this.#over) return events;
    if (this.#form === "unknown") this.#form = formOf(bytes);
    if (this.#form === "document") {
      this.#document += this.#utf8.decode(bytes, { stream: true });
      if (this.#document.length > MAX_WHOLE) this.#tooLarge(events);
      return events;
    }
    this.#read(() => this.#frames.push(bytes), events);
    return events;
  }

  end(): ChatEvent[] {
    const events: ChatEvent[] = [];
    if (this.#over) return events;
    if (this.#form === "document") {
      this.#over = true;
      return decodeWhole(this.#document + this.#utf8.decode(), this.#request, this.#target, this.#now());
    }
    this.#read(() => this.#frames.end(), events);
    if (!this.#over) this.#answer.close(events);
    this.#over = true;
    return events;
  }

  #read(frames: () => ServerSentEvent[], events: ChatEvent[]): void {
    try {
      for (const frame of frames()) {
        this.#frame(frame, events);
        if (this.#over) return;
      }
    } catch (error) {
      if (!(error instanceof EventTooLargeError)) throw error;
      this.#tooLarge(events);
    }
  }

  #frame({ event, data }: ServerSentEvent, events: ChatEvent[]): void {
    const chunk = parseJson(data);
    if (event === "error") {
      this.#answer.failWith(isObject(chunk) ? (chunk.error ?? chunk) : data, events);
    } else if (isObject(chunk)) {
      this.#answer.take(chunk, events);
    }
    // Anything else is one malformed event in a stream that goes on.
    if (this.#answer.failed) this.#over = true;
  }

  #tooLarge(events: ChatEvent[]): void {
    this.#over = true;
    this.#answer.fail(badReply("generic/event-too-large", "a single event beyond the size limit"), events);
  }
}

/** White space and the bytes of a BOM say nothing yet. */
function formOf(bytes: Uint8Array): "unknown" | "stream" | "document" {
  for (const byte of bytes) {
    if (byte === 0x7b || byte === 0x5b || byte === 0x3c) return "document";
    if (byte > 0x20 && byte < 0x80) return "stream";
  }
  return "unknown";
}
