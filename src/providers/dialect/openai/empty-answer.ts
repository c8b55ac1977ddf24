/** Holds text back for as long as it may be one of the words that stand for no answer at all. */
export class EmptyAnswerFilter {
  readonly #words: readonly string[];
  #held = "";
  #passing: boolean;

  constructor(words: readonly string[]) {
    this.#words = words.map((word) => word.toLowerCase());
    this.#passing = words.length === 0;
  }

  /** Whether all further text passes unchanged. */
  get passing(): boolean {
    return this.#passing;
  }

  /** What may be shown; "" while that is undecided. */
  push(text: string): string {
    if (this.#passing) return text;
    this.#held += text;
    const said = this.#held.trim().toLowerCase();
    if (this.#words.some((word) => word.startsWith(said))) return "";
    return this.release();
  }

  /** The answer is over and was one of the words: forgets it. */
  isEmptyAnswer(): boolean {
    const found = !this.#passing && this.#words.includes(this.#held.trim().toLowerCase());
    if (found) this.#held = "";
    return found;
  }

  /** Gives up what is held. */
  release(): string {
    const held = this.#held;
    this.#held = "";
    this.#passing = true;
    return held;
  }
}
