/** The head of a reply. It is looked through once, and its fields stay where they are until somebody asks for one. */
import type { ReplyHeaders } from "../../chat/reply-headers.ts";
import { HttpError, malformed } from "./error.ts";

/** Bytes of all heads of one reply. A provider's reply has a few kilobytes. */
export const MOST_HEAD_BYTES = 64 * 1024;
const MOST_FIELDS = 256;

/** Characters of names, characters of values. */
export const TOKEN = 1;
export const TEXT = 2;

const [TAB, LINE_FEED, RETURN, SPACE, COLON] = [9, 10, 13, 32, 58];

/** By Latin-1 character: where it may stand. */
export const CHARACTERS: Readonly<Uint8Array> = characters();

/** Numbers in `marks` for each field: where its name begins, how long that is, where its value begins and ends. */
const MARKS = 4;

export class ReplyHead implements ReplyHeaders {
  readonly status: number;
  /** HTTP/1.0, which closes connections unless it says otherwise. */
  readonly old: boolean;
  readonly #text: string;
  /** With names in lower case. */
  readonly #lower: string;
  readonly #marks: readonly number[];

  constructor(status: number, old: boolean, text: string, lower: string, marks: readonly number[]) {
    this.status = status;
    this.old = old;
    this.#text = text;
    this.#lower = lower;
    this.#marks = marks;
  }

  get(name: string): string | null {
    const marks = this.#marks;
    const { length } = name;
    let found: string | null = null;
    for (let at = 0; at < marks.length; at += MARKS) {
      if (marks[at + 1] !== length || !this.#lower.startsWith(name, marks[at])) continue;
      const value = this.#text.slice(marks[at + 2], marks[at + 3]);
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  has(name: string): boolean {
    const marks = this.#marks;
    const { length } = name;
    for (let at = 0; at < marks.length; at += MARKS) {
      if (marks[at + 1] === length && this.#lower.startsWith(name, marks[at])) return true;
    }
    return false;
  }

  mentions(text: string): boolean {
    return this.#lower.includes(text);
  }

  forEach(visit: (value: string, name: string) => void): void {
    const marks = this.#marks;
    for (let at = 0; at < marks.length; at += MARKS) {
      const start = marks[at] ?? 0;
      const name = this.#lower.slice(start, start + (marks[at + 1] ?? 0));
      if (this.#isFirst(name, at)) visit(this.get(name) ?? "", name);
    }
  }

  /** Whether no field before the one at `end` has its name. */
  #isFirst(name: string, end: number): boolean {
    const marks = this.#marks;
    for (let at = 0; at < end; at += MARKS) {
      if (marks[at + 1] === name.length && this.#lower.startsWith(name, marks[at])) return false;
    }
    return true;
  }
}

/**
 * `text`: the head as Latin-1, without the empty line at its end, each line with its CR LF. Throws HttpError for
 * everything that two readers could read in two ways: lone CR or LF, folded lines, blanks around names.
 */
export function parseHead(text: string): ReplyHead {
  const version = text.charCodeAt(7);
  if (!text.startsWith("HTTP/1.") || (version !== 48 && version !== 49) || text.charCodeAt(8) !== SPACE) {
    throw malformed("it does not begin with HTTP/1.1 or HTTP/1.0");
  }
  const status = digit(text, 9) * 100 + digit(text, 10) * 10 + digit(text, 11);
  if (!(status >= 100)) throw malformed("it has no status of three digits");
  let at = 12;
  if (text.charCodeAt(at) === SPACE) at = endOfText(text, at);
  at = afterLine(text, at);
  const marks: number[] = [];
  let capitals = false;
  while (at < text.length) {
    const nameAt = at;
    let code = text.charCodeAt(at);
    while (((CHARACTERS[code] ?? 0) & TOKEN) !== 0) {
      if (code < 91 && code > 64) capitals = true;
      code = text.charCodeAt(++at);
    }
    if (at === nameAt || code !== COLON) throw malformed("the name of a header");
    const nameLength = at - nameAt;
    do code = text.charCodeAt(++at);
    while (code === SPACE || code === TAB);
    const valueAt = at;
    at = endOfText(text, at);
    let valueEnd = at;
    while (valueEnd > valueAt && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
    marks.push(nameAt, nameLength, valueAt, valueEnd);
    at = afterLine(text, at);
  }
  if (marks.length > MOST_FIELDS * MARKS) throw tooLarge();
  return new ReplyHead(status, version === 48, text, capitals ? text.toLowerCase() : text, marks);
}

export function tooLarge(): HttpError {
  return new HttpError("ResponseHeadersTooLarge", "The headers of the reply are larger than allowed.");
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function endOfText(text: string, from: number): number {
  let at = from;
  while (((CHARACTERS[text.charCodeAt(at)] ?? 0) & TEXT) !== 0) at++;
  return at;
}

function afterLine(text: string, at: number): number {
  if (text.charCodeAt(at) !== RETURN || text.charCodeAt(at + 1) !== LINE_FEED) {
    throw malformed("a character that no header has");
  }
  return at + 2;
}

function characters(): Uint8Array {
  const table = new Uint8Array(256).fill(TEXT, SPACE);
  table[TAB] = TEXT;
  table[127] = 0;
  const tokens = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (const token of tokens) table[token.charCodeAt(0)] = TOKEN | TEXT;
  return table;
}
