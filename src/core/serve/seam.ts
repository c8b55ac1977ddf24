/** Joins a continued text to what came before: a model that was told to go on often repeats a little, or begins anew. */

/** A repetition shorter than this may be what the text really says. */
const LEAST_OVERLAP = 16;

export class Seam {
  readonly #before: string;
  #held = "";
  #open: boolean;

  /** `before`: all text that the client has. */
  constructor(before: string) {
    this.#before = before;
    this.#open = before.length >= LEAST_OVERLAP;
  }

  /** The part of the continued text that is new, as far as that is known yet. */
  push(text: string): string {
    if (!this.#open) return text;
    this.#held += text;
    // As long as it reads like something that was said already, it may be a repetition that is still going on.
    if (this.#before.includes(this.#held)) return "";
    return this.end();
  }

  /** Nothing more comes: what is held back and new. */
  end(): string {
    if (!this.#open) return "";
    this.#open = false;
    const held = this.#held;
    for (let length = Math.min(held.length, this.#before.length); length >= LEAST_OVERLAP; length--) {
      if (this.#before.endsWith(held.slice(0, length))) return held.slice(length);
    }
    return held;
  }
}
