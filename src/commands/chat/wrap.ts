/** Words of a stream, broken between them where the terminal ends. What is left over goes on under its text. */
import { cellsOf } from "../../tui/text.ts";

const TAB = 8;
/** Lines that begin so are code: the terminal breaks them, and what is copied out of it is whole. */
const CODE_INDENT = 4;
const FENCE = /^(?:```|~~~)/;
const LIST_MARK = /^(?:[-*+•]|\d{1,3}[.)])$/;
/** Signs that no line begins with. */
const CLINGING = /^(?:[、。，．：；？！）」』】〕》〉”’…ー]|[\u{1f3fb}-\u{1f3ff}])$/u;
const JOINER = "\u200d";

export class WordWrap {
  readonly #columns: () => number | null;
  /** Cells of the line that are written. */
  #column: number;
  /** Blanks that are not written yet, and the word behind them, which may go on. */
  #blanks = "";
  #word = "";
  /** Of the line: nothing but blanks so far; where its further lines begin; whether it is left to the terminal. */
  #isStart = true;
  #indent = 0;
  #isLiteral = false;
  /** The next word has no other before it on its line: a line of its own would not help it. */
  #isAlone: boolean;
  /** Of the text: between two fences. */
  #isFenced = false;
  /** A word that is longer than a line is written as it comes. */
  #isEndless = false;

  /** `columns`: of the terminal, null where lines may be of any length; `column`: where the first word stands. */
  constructor(columns: () => number | null, column = 0) {
    this.#columns = columns;
    this.#column = column;
    this.#isAlone = column === 0;
  }

  /** What can be written of it by now: a word that may go on, and blanks that may end a line, are held back. */
  push(text: string): string {
    const columns = this.#columns();
    if (columns === null) return text;
    let out = "";
    for (const character of text) {
      if (character === "\n") out += this.#endLine(columns);
      else if (character === " " || character === "\t") out += this.#blank(character, columns);
      else out += this.#letter(character, columns);
    }
    return out;
  }

  /** What was held back. */
  end(): string {
    const columns = this.#columns();
    return columns === null ? "" : this.#place(columns);
  }

  #endLine(columns: number): string {
    const out = `${this.#place(columns)}\n`;
    this.#column = 0;
    this.#blanks = "";
    this.#isStart = this.#isAlone = true;
    this.#isLiteral = this.#isEndless = false;
    return out;
  }

  #blank(character: string, columns: number): string {
    const out = this.#place(columns);
    this.#isEndless = false;
    this.#blanks += character;
    return out;
  }

  #letter(character: string, columns: number): string {
    // Between the signs of scripts without blanks a line may end everywhere.
    const last = this.#word.at(-1) ?? "";
    const isSign = last !== JOINER && (cellsOf(character) === 2 || cellsOf(last) === 2);
    const out = isSign && !CLINGING.test(character) ? this.#place(columns) : "";
    this.#word += character;
    this.#isEndless ||= cellsOf(this.#word) >= columns;
    return this.#isEndless ? out + this.#place(columns) : out;
  }

  /** Writes the word, on a line of its own where it does not fit. */
  #place(columns: number): string {
    const [word, blanks] = [this.#word, this.#blanks];
    if (word === "") return "";
    const isAlone = this.#isAlone;
    this.#isAlone = this.#isStart && this.#begin(word);
    this.#word = this.#blanks = "";
    const end = this.#after(blanks) + cellsOf(word);
    const goesOn = this.#isEndless && blanks === "";
    if (end <= columns || this.#isLiteral || goesOn || isAlone) {
      this.#column = end <= columns ? end : ((end - 1) % columns) + 1;
      return blanks + word;
    }
    const indent = this.#indent < columns / 2 ? this.#indent : 0;
    this.#column = Math.min(columns, indent + cellsOf(word));
    return `\n${" ".repeat(indent)}${word}`;
  }

  /** The first word of a line says what the line is. Whether it is no more than the mark of an item. */
  #begin(word: string): boolean {
    this.#isStart = false;
    this.#indent = this.#after(this.#blanks) - this.#column;
    const isItem = LIST_MARK.test(word);
    this.#isLiteral = this.#isFenced || (this.#indent >= CODE_INDENT && !isItem);
    if (FENCE.test(word)) this.#isFenced = !this.#isFenced;
    else if (isItem) this.#indent += word.length + 1;
    return isItem;
  }

  /** The column behind blanks that are written here. */
  #after(blanks: string): number {
    let column = this.#column;
    for (const blank of blanks) column = blank === "\t" ? column + TAB - (column % TAB) : column + 1;
    return column;
  }
}
