/** A look at raw JSON before it is parsed: deep nesting costs the parser, and everything after it, its stack. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** So far a string is walked byte by byte, at its start and after an escaped quote, before a native search is worth its price. */
const WALKED_BYTES = 24;

/**
 * Whether arrays and objects are nested more than `limit` deep. Linear in the length, and it stops at the first place that
 * is too deep. Says nothing about whether the text is JSON; UTF-8 bytes and decoded text give the same answer.
 */
export function jsonDepthExceeds(json: string | Uint8Array, limit: number): boolean {
  return typeof json === "string" ? textExceeds(json, limit) : bytesExceed(json, limit);
}

function bytesExceed(bytes: Uint8Array, limit: number): boolean {
  const { length } = bytes;
  let depth = 0;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfBytes(bytes, at + 1);
      if (at === -1) return false;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return false;
}

/** Place of the quote that ends the string whose first byte is at `start`; -1 when it never ends. */
function endOfBytes(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const walked = Math.min(at + WALKED_BYTES, bytes.length);
    while (at < walked) {
      const code = bytes[at];
      if (code === QUOTE) return at;
      at += code === BACKSLASH ? 2 : 1;
    }
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) return -1;
    let before = quote - 1;
    while (before >= at && bytes[before] === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote;
    at = quote + 1;
  }
}

function textExceeds(text: string, limit: number): boolean {
  const { length } = text;
  let depth = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfText(text, at + 1);
      if (at === -1) return false;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return false;
}

/** As `endOfBytes`, over decoded text. */
function endOfText(text: string, start: number): number {
  let at = start;
  for (;;) {
    const walked = Math.min(at + WALKED_BYTES, text.length);
    while (at < walked) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      at += code === BACKSLASH ? 2 : 1;
    }
    const quote = text.indexOf('"', at);
    if (quote === -1) return -1;
    let before = quote - 1;
    while (before >= at && text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote;
    at = quote + 1;
  }
}
