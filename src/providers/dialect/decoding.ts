/** From the bytes of a reply to events, for every wire: streams of events, whole documents, and one in the place of the other. */
import type { ChatEvent } from "../../core/chat/event.ts";
import type { Failure } from "../../core/chat/failure.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import { EventTooLargeError, type ServerSentEvent, SseReader } from "../../core/chat/sse.ts";
import type { CallTarget, ChatDecoder } from "../../core/provider.ts";
import { badReply } from "../classify/index.ts";
import { isObject, type JsonObject, parseJson } from "../json.ts";
import { AlikePieces } from "./alike.ts";

/** Turns the chunks of one answer into events. */
export interface ChunkReader {
  readonly failed: boolean;
  /** From now to the finish text goes on as it is, chunk for chunk. */
  readonly passing: boolean;
  take(chunk: JsonObject, events: ChatEvent[]): void;
  /** The answer is said to be complete. */
  complete(events: ChatEvent[]): void;
  /** The stream closed, whether the answer was complete or not. */
  close(events: ChatEvent[]): void;
  fail(failure: Failure, events: ChatEvent[]): void;
  /** By an error in the provider's own shape. */
  failWith(error: unknown, events: ChatEvent[]): void;
}

/** What differs between wires. */
export interface Wire {
  reader(request: ChatRequest, target: CallTarget, now: () => number, whole: boolean): ChunkReader;
  /** What a whole reply holds to be read; none where it is no answer and no error either. */
  chunksOf(reply: unknown): JsonObject[];
  /** What such a reply lacks. */
  lacking: string;
}

const OPEN_BRACE = 0x7b;
/** Of a reply that is no stream, in characters. */
const MAX_WHOLE = 32 * 1024 * 1024;

/** A whole answer under HTTP 200, which may still be no answer at all. Some servers stream whether it was asked for or not. */
export function decodeWhole(
  wire: Wire,
  body: string,
  request: ChatRequest,
  target: CallTarget,
  now: number,
): ChatEvent[] {
  if (body.charCodeAt(0) !== OPEN_BRACE && /^\s*(?:data:|event:|:)/.test(body)) {
    const decoder = new StreamDecoder(wire, request, target, () => now);
    return [...decoder.push(new TextEncoder().encode(body)), ...decoder.end()];
  }
  return decodeDocument(wire, body, request, target, now);
}

function decodeDocument(
  wire: Wire,
  body: string,
  request: ChatRequest,
  target: CallTarget,
  now: number,
): ChatEvent[] {
  const events: ChatEvent[] = [];
  const reader = wire.reader(request, target, () => now, true);
  const reply = parseJson(body);
  if (reply === undefined) {
    const page = body.trimStart().startsWith("<");
    const failure = page
      ? badReply("generic/html", "an HTML page instead of an answer")
      : badReply("generic/not-json", body.trim() === "" ? "an empty reply" : "a reply that is not JSON");
    reader.fail(failure, events);
    return events;
  }
  const chunks = wire.chunksOf(reply);
  if (chunks.length === 0) {
    reader.fail(badReply("generic/no-choices", `a reply without ${wire.lacking}`), events);
    return events;
  }
  for (const chunk of chunks) reader.take(chunk, events);
  reader.complete(events);
  return events;
}

/** A streamed answer: bytes, however they are cut, to events. */
export class StreamDecoder implements ChatDecoder {
  readonly #wire: Wire;
  readonly #request: ChatRequest;
  readonly #target: CallTarget;
  readonly #now: () => number;
  readonly #frames = new SseReader();
  readonly #answer: ChunkReader;
  readonly #alike = new AlikePieces();
  /** What the first byte that is not white space shows: a stream, or a document (JSON, HTML) in its place. */
  #form: "unknown" | "stream" | "document" = "unknown";
  #document = "";
  readonly #utf8 = new TextDecoder();
  #over = false;

  constructor(wire: Wire, request: ChatRequest, target: CallTarget, now: () => number) {
    this.#wire = wire;
    this.#request = request;
    this.#target = target;
    this.#now = now;
    this.#answer = wire.reader(request, target, now, false);
  }

  get over(): boolean {
    return this.#over;
  }

  push(bytes: Uint8Array): ChatEvent[] {
    const events: ChatEvent[] = [];
    if (this.#over) return events;
    const isWhole = this.#frames.between;
    const text = isWhole ? this.#alike.textOf(bytes) : null;
    if (text !== null) {
      events.push({ type: "text-delta", text });
      return events;
    }
    if (this.#form === "unknown") this.#form = formOf(bytes);
    if (this.#form === "document") {
      this.#document += this.#utf8.decode(bytes, { stream: true });
      if (this.#document.length > MAX_WHOLE) this.#tooLarge(events);
      return events;
    }
    this.#read(() => this.#frames.push(bytes), events);
    if (!this.#answer.passing) this.#alike.forget();
    else if (isWhole && this.#frames.between) this.#alike.learn(bytes, events);
    return events;
  }

  end(): ChatEvent[] {
    const events: ChatEvent[] = [];
    if (this.#over) return events;
    if (this.#form === "document") {
      this.#over = true;
      const text = this.#document + this.#utf8.decode();
      return decodeDocument(this.#wire, text, this.#request, this.#target, this.#now());
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
    if (data === "") return;
    if (data === "[DONE]" || data === " [DONE]") {
      this.#answer.complete(events);
      this.#over = true;
      return;
    }
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
