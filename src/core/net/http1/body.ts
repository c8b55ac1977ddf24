/** Where the body of a reply ends, and which of the bytes that arrive are its content. */
import { HttpError, malformed } from "./error.ts";
import { CHARACTERS, type ReplyHead, TEXT, TOKEN } from "./head.ts";

/** Bytes of one line with the size of a chunk, extensions included. */
const MOST_LINE_BYTES = 4 * 1024;
const MOST_TRAILER_BYTES = 16 * 1024;
/** Hexadecimal digits: 256 TB. */
const MOST_SIZE_DIGITS = 12;

const [TAB, LINE_FEED, RETURN, SPACE, COLON, SEMICOLON] = [9, 10, 13, 32, 58, 59];

type Kind = "none" | "length" | "chunked" | "close";

/** What comes next in a body of chunks. */
const [FIRST_DIGIT, DIGITS, BLANK, EXTENSION, END_OF_SIZE, DATA, RETURN_AFTER_DATA] = [0, 1, 2, 3, 4, 5, 6];
const [END_OF_DATA, TRAILER, TRAILER_NAME, TRAILER_VALUE, END_OF_TRAILER, END] = [7, 8, 9, 10, 11, 12];

/** One serves all replies of a connection, one after the other. */
export class Body {
  #kind: Kind = "none";
  /** Bytes to come: of the body, or of the chunk. */
  #left = 0;
  #next: number = FIRST_DIGIT;
  /** Bytes of the line or of the trailers so far. */
  #passed = 0;
  /** Bytes of the body where the head tells; -1 where only its end will. */
  length = -1;
  /** The connection can be used again afterwards. */
  persistent = false;
  /** All of it has come. */
  over = false;
  /** In the bytes given last: content from `start` to `end`, and what belongs to the body no more from `rest` on. */
  start = 0;
  end = 0;
  rest = 0;

  /** Throws HttpError when the head does not tell clearly where the body ends. */
  begin(head: ReplyHead): void {
    this.over = false;
    this.length = -1;
    this.#next = FIRST_DIGIT;
    this.#passed = 0;
    this.persistent = isPersistent(head);
    const encoding = head.get("transfer-encoding");
    const length = head.get("content-length");
    if (head.status === 204 || head.status === 304) {
      this.#kind = "none";
      this.length = 0;
      this.over = true;
    } else if (encoding !== null) {
      if (head.old || encoding.toLowerCase() !== "chunked") throw malformed("its transfer encoding");
      this.#kind = "chunked";
      this.#left = 0;
      if (length !== null) this.persistent = false;
    } else if (length !== null) {
      this.#kind = "length";
      this.length = this.#left = lengthOf(length);
      this.over = this.length === 0;
    } else {
      this.#kind = "close";
      this.persistent = false;
    }
  }

  /**
   * Sets `start`, `end`, `rest` and `over`. Content that lies in several chunks is moved together, in `bytes` themselves.
   * Throws HttpError where a chunk is malformed.
   */
  push(bytes: Buffer, from: number): void {
    this.start = this.end = this.rest = from;
    if (this.over) return;
    if (this.#kind === "length") {
      const taken = Math.min(this.#left, bytes.length - from);
      this.#left -= taken;
      this.end = this.rest = from + taken;
      this.over = this.#left === 0;
    } else if (this.#kind === "close") {
      this.end = this.rest = bytes.length;
    } else {
      this.#chunks(bytes, from);
    }
  }

  /** The peer has closed: whether that was the end of the body. */
  close(): boolean {
    return this.#kind === "close";
  }

  #chunks(bytes: Buffer, from: number): void {
    const { length } = bytes;
    let at = from;
    while (at < length) {
      if (this.#next === DATA) {
        const taken = Math.min(this.#left, length - at);
        if (this.start === this.end) this.start = this.end = at;
        else bytes.copyWithin(this.end, at, at + taken);
        this.end += taken;
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#next = RETURN_AFTER_DATA;
        continue;
      }
      this.#step(bytes[at++] ?? 0);
      if (this.over) break;
    }
    this.rest = at;
  }

  /** One byte between the contents of two chunks. */
  #step(code: number): void {
    switch (this.#next) {
      case FIRST_DIGIT:
      case DIGITS:
      case BLANK:
      case EXTENSION:
        this.#sizeLine(code);
        return;
      case END_OF_SIZE:
        expect(code === LINE_FEED);
        this.#passed = 0;
        this.#next = this.#left === 0 ? TRAILER : DATA;
        return;
      case RETURN_AFTER_DATA:
        expect(code === RETURN);
        this.#next = END_OF_DATA;
        return;
      case END_OF_DATA:
        expect(code === LINE_FEED);
        this.#next = FIRST_DIGIT;
        return;
      case END:
        expect(code === LINE_FEED);
        this.over = true;
        return;
      default:
        this.#trailer(code);
    }
  }

  #sizeLine(code: number): void {
    if (++this.#passed > MOST_LINE_BYTES) throw malformed("the size of a chunk");
    const inSize = this.#next <= DIGITS;
    const digit = inSize ? hexadecimal(code) : -1;
    if (digit >= 0) {
      expect(this.#passed <= MOST_SIZE_DIGITS);
      this.#left = this.#left * 16 + digit;
      this.#next = DIGITS;
      return;
    }
    expect(this.#next !== FIRST_DIGIT);
    if (code === RETURN) this.#next = END_OF_SIZE;
    else if (this.#next === EXTENSION) expect(isText(code));
    else if (code === SEMICOLON) this.#next = EXTENSION;
    else if (code === SPACE || code === TAB) this.#next = BLANK;
    else throw malformed("the size of a chunk");
  }

  /** Trailers are passed over: nothing of them is wanted. */
  #trailer(code: number): void {
    if (++this.#passed > MOST_TRAILER_BYTES) throw malformed("its trailers");
    switch (this.#next) {
      case TRAILER:
        if (code === RETURN) {
          this.#next = END;
          return;
        }
        expect(isToken(code));
        this.#next = TRAILER_NAME;
        return;
      case TRAILER_NAME:
        if (code === COLON) this.#next = TRAILER_VALUE;
        else expect(isToken(code));
        return;
      case TRAILER_VALUE:
        if (code === RETURN) this.#next = END_OF_TRAILER;
        else expect(isText(code));
        return;
      default:
        expect(code === LINE_FEED);
        this.#next = TRAILER;
    }
  }
}

function expect(holds: boolean): void {
  if (!holds) throw malformed("a chunk");
}

function isToken(code: number): boolean {
  return ((CHARACTERS[code] ?? 0) & TOKEN) !== 0;
}

function isText(code: number): boolean {
  return ((CHARACTERS[code] ?? 0) & TEXT) !== 0;
}

/** Value of a hexadecimal digit; -1 when it is none. */
function hexadecimal(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Several fields, or several values in one, must say the same. */
function lengthOf(value: string): number {
  const [first = "", ...others] = value.includes(",") ? value.split(",").map((part) => part.trim()) : [value];
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first)) {
    throw new HttpError("InvalidContentLength", "The reply is malformed: its content-length.");
  }
  return Number(first);
}

function isPersistent(head: ReplyHead): boolean {
  const connection = head.get("connection");
  if (connection === null) return !head.old;
  const options = connection.toLowerCase();
  if (options === "keep-alive") return true;
  const words = options.split(",").map((word) => word.trim());
  return !words.includes("close") && (!head.old || words.includes("keep-alive"));
}
