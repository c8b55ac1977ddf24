/**
 * Values one after the other, kept as one text and read in the same order: what many objects say, without an object for each.
 * Words that come again and again are written once and meant by their numbers. The text is a JSON list: the list of words, then
 * lists of values, in pieces as they were written.
 */

export type TapeValue = number | string | null;

/** So many values become text at once, while they are still near: far fewer cost more calls, far more are written slower. */
const PIECE_VALUES = 512;

export class TapeWriter {
  /**
   * Add with `values.push`, as a method in between would make a list of its own of what it is given; call `added` after
   * each thing that is whole.
   */
  readonly values: TapeValue[];
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** What the values before became. */
  readonly #pieces: string[] = [];

  constructor() {
    // A list that never held anything but numbers is laid out otherwise, and written three times slower.
    this.values = [null];
    this.values.length = 0;
  }

  /** The number to write instead of the word. */
  word(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.#numbers.size);
    return this.#words.push(word) - 1;
  }

  added(): void {
    if (this.values.length >= PIECE_VALUES) this.#cut();
  }

  get text(): string {
    if (this.values.length > 0) this.#cut();
    return `[${[JSON.stringify(this.#words), ...this.#pieces].join(",")}]`;
  }

  #cut(): void {
    this.#pieces.push(JSON.stringify(this.values));
    this.values.length = 0;
  }
}

/**
 * A number that mostly is a whole number of such units: a fraction takes twenty times as long to write. What units do not say
 * to the bit is written as it is, in letters.
 */
export function inUnits(value: number | null, units: number): TapeValue {
  if (value === null) return null;
  const whole = Math.round(value * units);
  return whole / units === value ? whole : String(value);
}

/** What `inUnits` made of it, back. */
export function fromUnits(written: TapeValue, units: number): number | null {
  if (typeof written === "string") return Number(written);
  return written === null ? null : written / units;
}

/** Throws TypeError where the next value is of another kind: then it was not written in this order. */
export class TapeReader {
  readonly #values: readonly unknown[];
  readonly #words: readonly string[];
  #next = 0;

  constructor(values: readonly unknown[], words: readonly string[] = []) {
    this.#values = values;
    this.#words = words;
  }

  static of(text: string): TapeReader {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read) || !read.every(Array.isArray)) throw new TypeError("This is no tape.");
    const [words, ...pieces] = read;
    return new TapeReader(pieces.flat(), words);
  }

  get isOver(): boolean {
    return this.#next >= this.#values.length;
  }

  value(): TapeValue {
    const value = this.#values[this.#next++];
    if (value === null || typeof value === "number" || typeof value === "string") return value;
    throw unexpected(value);
  }

  number(): number {
    const value = this.#values[this.#next++];
    if (typeof value === "number") return value;
    throw unexpected(value);
  }

  optionalNumber(): number | null {
    const value = this.value();
    if (typeof value === "string") throw unexpected(value);
    return value;
  }

  text(): string {
    const value = this.#values[this.#next++];
    if (typeof value === "string") return value;
    throw unexpected(value);
  }

  optionalText(): string | null {
    const value = this.value();
    if (typeof value === "number") throw unexpected(value);
    return value;
  }

  /** Where somebody wrote the word itself, that. */
  word(): string {
    const word = this.optionalWord();
    if (word === null) throw unexpected(word);
    return word;
  }

  optionalWord(): string | null {
    const value = this.value();
    return typeof value === "number" ? this.wordOf(value) : value;
  }

  /** What a number says that was read where a word belongs. */
  wordOf(number: number | null): string {
    const word = number === null ? undefined : this.#words[number];
    if (word === undefined) throw unexpected(number);
    return word;
  }
}

function unexpected(value: unknown): TypeError {
  return new TypeError(`A tape holds ${JSON.stringify(value)} where something else was written.`);
}
