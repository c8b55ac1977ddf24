/** The reply of a call as it streams: bytes to events, with a deadline for each next piece. */
import type { ChatEvent } from "../chat/event.ts";
import { LATER, type Later, promised, type Wake } from "../chat/later.ts";
import { ReplyTooLargeError } from "../net/reply.ts";
import type { ByteReader } from "../ports.ts";
import type { ChatDecoder } from "../provider.ts";
import type { Deadline } from "./deadline.ts";
import type { Batch } from "./live-answer.ts";
import type { Turn } from "./turn/index.ts";

/** Decoded bytes of a streamed reply: more than the longest answer has, less than a small bomb unpacks to. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;
/** After its last event a provider is given this long to close, so that the connection can be used again. */
const CLOSING_MS = 1_000;
/** A finish reason without a `[DONE]`: how long to wait for more, such as the usage. */
const AFTER_FINISH_MS = 3_000;

/** The call whose reply it is. */
export interface StreamingCall {
  readonly deadline: Deadline;
  readonly turn: Turn;
  /** The client may have seen a part of it. */
  readonly committed: boolean;
  readonly clientGone: boolean;
  /** Longest silence of an answer that has begun, in milliseconds. */
  readonly stallMs: number;
  /** Everything is there: the client's leaving stops nothing any more. */
  release(): void;
}

export class StreamedReply {
  readonly #call: StreamingCall;
  readonly #decoder: ChatDecoder;
  /** null once nothing more is wanted. */
  #reader: ByteReader | null;
  /** A finish reason has been seen. */
  #finished = false;
  /** Bytes read so far. */
  #bytes = 0;

  constructor(call: StreamingCall, reader: ByteReader, decoder: ChatDecoder) {
    this.#call = call;
    this.#reader = reader;
    this.#decoder = decoder;
  }

  /** All of the answer has come: the deadline that runs now is that of closing. */
  get over(): boolean {
    return this.#reader === null;
  }

  /** The next events, at least one; null at the end. Throws when the connection breaks. */
  next(wake: Wake): Batch | Later {
    const call = this.#call;
    for (;;) {
      const reader = this.#reader;
      if (reader === null) return null;
      const piece = this.#piece(reader, wake);
      if (piece === LATER) {
        // A turn that has begun shows signs of life, also while it is held.
        if (call.committed || call.turn.begun) {
          call.deadline.set(this.#finished ? AFTER_FINISH_MS : call.stallMs);
        }
        return LATER;
      }
      if (call.committed) call.deadline.pause();
      const events = this.#decode(piece);
      if (events.length > 0) return events;
    }
  }

  #piece(reader: ByteReader, wake: Wake): Uint8Array | null | Later {
    try {
      const piece = reader.next(wake);
      if (piece === LATER || piece === null) return piece;
      this.#bytes += piece.byteLength;
      if (this.#bytes > MAX_STREAM_BYTES) throw new ReplyTooLargeError(MAX_STREAM_BYTES);
      return piece;
    } catch (error) {
      // All of the answer is there, whatever became of the connection.
      if (!this.#finished || this.#call.clientGone) throw error;
      return null;
    }
  }

  #decode(piece: Uint8Array | null): ChatEvent[] {
    const decoded = piece === null ? this.#decoder.end() : this.#decoder.push(piece);
    for (const event of decoded) if (event.type === "finish") this.#finished = true;
    const events = this.#call.turn.accept(decoded);
    if (piece === null || this.#decoder.over) this.#leave(piece === null);
    return events;
  }

  /** Nothing more is wanted. What is still open is read to its end for a moment, so that the connection can be used again. */
  #leave(closed: boolean): void {
    const reader = this.#reader;
    const { deadline } = this.#call;
    this.#reader = null;
    this.#call.release();
    if (closed || reader === null) {
      deadline.cancel();
      return;
    }
    deadline.set(CLOSING_MS);
    promised((wake) => readToEnd(reader, wake))
      .catch(() => {})
      .finally(() => deadline.cancel());
  }
}

function readToEnd(reader: ByteReader, wake: Wake): null | Later {
  for (;;) {
    const piece = reader.next(wake);
    if (piece === null || piece === LATER) return piece;
  }
}
