/**
 * Server-sent events, read and written. The reader is a state machine over bytes: however a stream is cut into
 * network reads, the same events come out. It takes LF, CR and CRLF, `data:` with or without a space, a BOM,
 * comments and multi-byte characters cut in the middle.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

export interface ServerSentEvent {
  /** The `event:` field, or "" when there was none. */
  event: string;
  /** The `data:` lines joined by LF. */
  data: string;
}

/** An event longer than this, in UTF-16 units, is given up: nothing that a provider sends is near it. */
export const MAX_EVENT_BYTES = 1024 * 1024;

export class EventTooLargeError extends Error {
  override name = "EventTooLargeError";
}

export class SseReader {
  #decoder = new TextDecoder("utf-8");
  /** Text of the line that is not finished yet. */
  #line = "";
  #data: string | null = null;
  #event = "";
  #afterCarriageReturn = false;
  /** Length of the lines that the current event has so far. */
  #size = 0;
  #tooLarge = false;
  /** All that came so far were whole events: what comes next is read as if it came first. */
  between = false;

  /** The events that these bytes complete. After the last event before one beyond MAX_EVENT_BYTES: EventTooLargeError. */
  push(bytes: Uint8Array): ServerSentEvent[] {
    this.between = false;
    const events = this.#take(this.#decoder.decode(bytes, { stream: true }));
    // Behind a line feed no character is cut.
    this.between = bytes[bytes.length - 1] === 10 && this.#isEmpty();
    return events;
  }

  /** The stream closed: an event whose blank line never came is still given, as most providers mean it. */
  end(): ServerSentEvent[] {
    const events = this.#take(this.#decoder.decode());
    if (this.#line !== "") this.#endLine(this.#line, events);
    this.#line = "";
    if (!this.#tooLarge) this.#dispatch(events);
    return events;
  }

  #isEmpty(): boolean {
    return (
      this.#line === "" && this.#data === null && this.#event === "" && this.#size === 0 && !this.#tooLarge
    );
  }

  #take(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    this.#read(text, events);
    // What was complete before is given first, however it came: then the next call throws.
    if (this.#tooLarge && events.length === 0) throw new EventTooLargeError("event too large");
    return events;
  }

  #read(text: string, events: ServerSentEvent[]): void {
    if (this.#tooLarge) return;
    let start = 0;
    if (this.#afterCarriageReturn && text.length > 0) {
      if (text.charCodeAt(0) === 10) start = 1;
      this.#afterCarriageReturn = false;
    }
    let feed = text.indexOf("\n", start);
    let carriage = text.indexOf("\r", start);
    while (feed !== -1 || carriage !== -1) {
      const end = feed === -1 ? carriage : carriage === -1 ? feed : Math.min(feed, carriage);
      const line = text.slice(start, end);
      this.#endLine(this.#line === "" ? line : this.#line + line, events);
      if (this.#tooLarge) return;
      this.#line = "";
      start = end + 1;
      if (end === carriage) {
        if (start === text.length) this.#afterCarriageReturn = true;
        else if (text.charCodeAt(start) === 10) start++;
        carriage = text.indexOf("\r", start);
      }
      if (feed !== -1 && feed < start) feed = text.indexOf("\n", start);
    }
    if (start < text.length) {
      this.#line += text.slice(start);
      this.#tooLarge = this.#line.length + this.#size > MAX_EVENT_BYTES;
    }
  }

  #endLine(line: string, events: ServerSentEvent[]): void {
    if (line === "") {
      this.#dispatch(events);
      return;
    }
    this.#tooLarge = this.#size + line.length > MAX_EVENT_BYTES;
    const colon = line.indexOf(":");
    if (colon === 0 || this.#tooLarge) return;
    this.#size += line.length;
    const field = colon === -1 ? line : line.slice(0, colon);
    let value = colon === -1 ? "" : line.slice(colon + 1);
    if (value.charCodeAt(0) === 32) value = value.slice(1);
    if (field === "data") {
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    } else if (field === "event") {
      this.#event = value;
    }
  }

  #dispatch(events: ServerSentEvent[]): void {
    if (this.#data !== null) events.push({ event: this.#event, data: this.#data });
    this.#data = null;
    this.#event = "";
    this.#size = 0;
  }
}

/** One event as it goes over the wire. `data` is split at line breaks, so that it cannot forge a field. */
export function writeEvent(data: string, event?: string): string {
  const name = event === undefined ? "" : `event: ${event}\n`;
  if (!data.includes("\n") && !data.includes("\r")) return `${name}data: ${data}\n\n`;
  return `${name}${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join("")}\n`;
}

/** A comment: keeps a connection alive, and every SSE client ignores it. */
export function writeComment(text: string): string {
  return `: ${text.replace(/[\r\n]+/g, " ")}\n\n`;
}
