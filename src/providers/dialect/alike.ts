/**
 * Nearly all pieces of a stream are one and the same text around the words that are new. Such a piece is known by what it has in
 * common with an earlier one that was read in full, so that the JSON around each word is not parsed again.
 */
import type { ChatEvent } from "../../core/chat/event.ts";

/** Pieces in a row that were learnt for nothing: in this stream each differs. */
const MOST_MISSES = 8;
/** What a JSON string holds as it is. */
const PLAIN = /^[^"\\\p{Cc}]+$/u;
const NOTHING = Buffer.alloc(0);

export class AlikePieces {
  /** The piece learnt, what stands in it before the words, and where it goes on behind them. In bytes. */
  #learnt = NOTHING;
  #before = 0;
  #after = 0;
  #misses = 0;

  /** The words of a piece that is like the one learnt; null where it is not, or may mean something else. */
  textOf(piece: Uint8Array): string | null {
    const learnt = this.#learnt;
    const before = this.#before;
    const after = this.#after;
    const end = piece.length - (learnt.length - after);
    if (before === 0 || end <= before || !(piece instanceof Buffer)) return null;
    if (learnt.compare(piece, 0, before, 0, before) !== 0) return null;
    if (learnt.compare(piece, end, piece.length, after) !== 0) return null;
    const text = piece.toString("utf8", before, end);
    if (!PLAIN.test(text)) return null;
    this.#misses = 0;
    return text;
  }

  forget(): void {
    this.#learnt = NOTHING;
    this.#before = this.#after = 0;
  }

  /** `piece`: whole events of the stream, of which came `events`, and of the like of which will come the like. */
  learn(piece: Uint8Array, events: readonly ChatEvent[]): void {
    const [event] = events;
    if (events.length !== 1 || event?.type !== "text-delta" || this.#misses === MOST_MISSES) return;
    if (!(piece instanceof Buffer)) return;
    this.#misses++;
    this.forget();
    const words = `"${event.text}"`;
    const start = piece.indexOf(words) + 1;
    // The words are where they seem to be: they stand there once, and nothing is escaped.
    if (start === 0 || piece.includes(words, start) || piece.includes("\\")) return;
    this.#learnt = Buffer.from(piece);
    this.#before = start;
    this.#after = start + Buffer.byteLength(event.text);
  }
}
