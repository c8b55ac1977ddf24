/** One request and its reply, which is the reader of its own body. */

import { LATER, type Later, promised, type Wake } from "../../chat/later.ts";
import type { ReplyHeaders } from "../../chat/reply-headers.ts";
import type { ByteReader, Cancellation, OutboundResponse } from "../../ports.ts";
import { ReplyTooLargeError } from "../reply.ts";
import type { Message } from "./request.ts";

/** What carries an exchange. */
export interface Carrier {
  /** Reads on after a pause. */
  resume(): void;
  /** Closes at once, whatever is under way. */
  drop(): void;
}

/** Unread bytes of a body at which the sender is made to wait. */
const MOST_UNREAD_BYTES = 256 * 1024;
const ONCE = { once: true } as const;
const NO_HEADERS: ReplyHeaders = { get: () => null, has: () => false, forEach() {} };
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export class Exchange implements OutboundResponse, ByteReader {
  /** Resolves with the head of the reply. */
  readonly reply: Promise<OutboundResponse>;
  /** What is sent; null when it can be sent no more. */
  message: Message | null;
  /** On a connection that serves nothing else. */
  readonly alone: boolean;
  status = 0;
  headers: ReplyHeaders = NO_HEADERS;
  carrier: Carrier | null = null;
  readonly #signal: Cancellation;
  readonly #abort = (): void => this.#leave(this.#signal.reason);
  #head: Waiting<OutboundResponse | PromiseLike<OutboundResponse>> | null = null;
  /** Unread content: the first piece in its place among other bytes, then whole ones. */
  #first: Buffer | null = null;
  #start = 0;
  #end = 0;
  #more: Buffer[] | null = null;
  #unread = 0;
  /** Who waits for the next piece. */
  #wake: Wake | null = null;
  #whole: Waiting<string> | null = null;
  #mostBytes = 0;
  #length = -1;
  /** Nothing more comes: the reply has ended, well or badly. */
  #over = false;
  #broken = false;
  #error: unknown = null;

  constructor(message: Message, signal: Cancellation, alone: boolean) {
    this.message = message;
    this.alone = alone;
    this.#signal = signal;
    this.reply = new Promise((resolve, reject) => {
      this.#head = { resolve, reject };
    });
    if (signal.aborted) this.#leave(signal.reason);
    else signal.addEventListener("abort", this.#abort, ONCE);
  }

  get over(): boolean {
    return this.#over;
  }

  /** More has come than is read: the sender has to wait. */
  get full(): boolean {
    return this.#whole === null && this.#unread > MOST_UNREAD_BYTES;
  }

  /** The head has come. `length`: bytes of the body, -1 when nobody knows. */
  begin(status: number, headers: ReplyHeaders, length: number): void {
    this.status = status;
    this.headers = headers;
    this.#length = length;
    const head = this.#head;
    this.#head = null;
    const encodings = headers.get("content-encoding");
    if (encodings === null || encodings === "identity" || length === 0) head?.resolve(this);
    // A server may compress what nobody asked it to.
    else
      head?.resolve(import("../decoding.ts").then(({ decodedResponse }) => decodedResponse(this, encodings)));
  }

  /** Content of the body: a part of bytes that nobody else changes. */
  take(bytes: Buffer, start: number, end: number): void {
    if (start === end || this.#over) return;
    this.#unread += end - start;
    if (this.#first === null) {
      this.#first = bytes;
      this.#start = start;
      this.#end = end;
    } else {
      this.#more ??= [];
      this.#more.push(kept(bytes, start, end));
    }
    const wake = this.#wake;
    if (wake !== null) {
      this.#wake = null;
      wake();
    } else if (this.#whole !== null && this.#unread > this.#mostBytes) {
      this.#refuse();
    }
  }

  /** The body has come to its end. */
  finish(): void {
    if (this.#over) return;
    this.#close();
    this.#whole?.resolve(this.#text());
    this.#whole = null;
  }

  /** No more is to come. What has come already can still be read, then comes the error. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#close();
    this.#broken = true;
    this.#error = error;
    this.#head?.reject(error);
    this.#whole?.reject(error);
    this.#head = this.#whole = null;
  }

  text(maxBytes: number): Promise<string> {
    this.#mostBytes = maxBytes;
    if (this.#unread > maxBytes || this.#length > maxBytes) {
      this.cancel();
      return Promise.reject(new ReplyTooLargeError(maxBytes));
    }
    if (this.#broken) return Promise.reject(this.#error);
    if (this.#over) return Promise.resolve(this.#text());
    return new Promise((resolve, reject) => {
      this.#whole = { resolve, reject };
      this.carrier?.resume();
    });
  }

  reader(): ByteReader {
    return this;
  }

  read(): Promise<Uint8Array | null> {
    return promised((wake) => this.next(wake));
  }

  next(wake: Wake): Uint8Array | null | Later {
    const first = this.#first;
    if (first !== null) {
      const piece = partOf(first, this.#start, this.#end);
      this.#unread -= piece.length;
      this.#shift();
      if (!this.#over && this.#unread <= MOST_UNREAD_BYTES / 2) this.carrier?.resume();
      return piece;
    }
    if (this.#broken) throw this.#error;
    if (this.#over) return null;
    this.#wake = wake;
    return LATER;
  }

  cancel(): void {
    this.#drop();
    if (this.#over) return;
    this.carrier?.drop();
    this.finish();
  }

  #shift(): void {
    const piece = this.#more?.shift();
    this.#first = piece ?? null;
    this.#start = 0;
    this.#end = piece?.length ?? 0;
  }

  #drop(): void {
    this.#first = this.#more = null;
    this.#unread = 0;
  }

  /** The caller has given up. */
  #leave(reason: unknown): void {
    this.carrier?.drop();
    this.#drop();
    this.fail(reason);
  }

  #refuse(): void {
    this.carrier?.drop();
    this.#drop();
    this.fail(new ReplyTooLargeError(this.#mostBytes));
  }

  #close(): void {
    this.#over = true;
    this.#signal.removeEventListener("abort", this.#abort);
    this.message = null;
    this.carrier = null;
    // Not at once: it may be the reader who ends this, in the middle of something.
    if (this.#wake !== null) queueMicrotask(this.#wake);
    this.#wake = null;
  }

  /** As fetch reads text: as UTF-8, without the mark that may stand at its beginning. */
  #text(): string {
    let bytes = this.#first;
    if (bytes === null) return "";
    let start = this.#start;
    let end = this.#end;
    if (this.#more !== null) {
      bytes = Buffer.concat([bytes.subarray(start, end), ...this.#more]);
      start = 0;
      end = bytes.length;
    }
    this.#drop();
    if (
      bytes[start] === BYTE_ORDER_MARK[0] &&
      BYTE_ORDER_MARK.every((byte, at) => bytes[start + at] === byte)
    ) {
      start += BYTE_ORDER_MARK.length;
    }
    return bytes.toString("utf8", Math.min(start, end), end);
  }
}

/** For later: little content does not keep all the bytes among which it came. */
function kept(bytes: Buffer, start: number, end: number): Buffer {
  const part = partOf(bytes, start, end);
  return part.length < bytes.length / 2 ? Buffer.from(part) : part;
}

function partOf(bytes: Buffer, start: number, end: number): Buffer {
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}
