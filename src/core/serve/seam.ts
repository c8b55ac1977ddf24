/** Joins a continued text to what came before: a model that was told to go on often repeats a little, or begins anew. */

/** A repetition shorter than this may be what the text really says. */
const LEAST_OVERLAP = 16;
/** Saying again all that was said is beginning anew, also when that was one short word. */
const LEAST_WHOLE = /\p{L}{2}/u;

export class Seam {
  readonly #before: string;
  readonly #isExact: boolean;
  #held = "";
  #open: boolean;

  /**
   * `before`: all text that the client has. `isExact`: the model was given it as the beginning of its own answer, so that it
   * may say all of that again, but repeats a part of it only where the text really does.
   */
  constructor(before: string, isExact = false) {
    this.#before = before;
    this.#isExact = isExact;
    this.#open = LEAST_WHOLE.test(before);
  }

  /** The part of the continued text that is new, as far as that is known yet. */
  push(text: string): string {
    if (!this.#open) return text;
    this.#held += text;
    // As long as it reads like something that was said already, it may be a repetition that is still going on.
    if (this.#isExact ? this.#before.startsWith(this.#held) : this.#before.includes(this.#held)) return "";
    return this.end();
  }

  /** Nothing more comes: what is held back and new. */
  end(): string {
    if (!this.#open) return "";
    this.#open = false;
    const held = this.#held;
    const before = this.#before;
    if (held.startsWith(before)) return held.slice(before.length);
    if (this.#isExact) return held;
    for (let length = Math.min(held.length, before.length); length >= LEAST_OVERLAP; length--) {
      const overlap = held.slice(0, length);
      // A text that goes in circles may well go on in them: nothing is cut out of it.
      if (before.endsWith(overlap)) return isPeriodic(overlap) ? held : held.slice(length);
    }
    return held;
  }
}

/** Whether the text is one piece, at most half as long, again and again. */
function isPeriodic(text: string): boolean {
  // Moved by one piece, it lies on itself; the last piece may be cut short.
  for (let length = 1; length <= text.length / 2; length++) {
    if (text.startsWith(text.slice(length))) return true;
  }
  return false;
}
