/**
 * Values one after the other, kept as one text and read in the same order: what many objects say, without an object for each.
 * Words that come again and again are written once, before all values, and meant by their numbers.
 */

export type TapeValue = number | string | null;

export class TapeWriter {
  /**
   * Add with `values.push`; a method in between would make a list of its own of what it is given. The list of words is the first
   * value, also because a list of nothing but numbers is written three times slower.
   */
  readonly values: [words: string[], ...TapeValue[]] = [[]];
  readonly #numbers = new Map<string, number>();

  /** The number to write instead of the word. */
  word(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.#numbers.size);
    return this.values[0].push(word) - 1;
  }

  get text(): string {
    return JSON.stringify(this.values);
  }
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
    const values: unknown = JSON.parse(text);
    if (!Array.isArray(values) || !Array.isArray(values[0])) throw new TypeError("This is no tape.");
    const reader = new TapeReader(values, values[0]);
    reader.#next = 1;
    return reader;
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
    if (typeof value !== "number") return value;
    const word = this.#words[value];
    if (word === undefined) throw unexpected(value);
    return word;
  }
}

function unexpected(value: unknown): TypeError {
  return new TypeError(`A tape holds ${JSON.stringify(value)} where something else was written.`);
}
