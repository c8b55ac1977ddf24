/** Names of requests within a page: that of the process as a word, and how much further its number is than the one before. */
import type { TapeReader, TapeWriter } from "../route/tape.ts";

/** `req_`, the name of a process, and the number of the request in it, both in hexadecimal digits. */
const HEAD = "req_".length;
const TAIL = 8;
const LENGTH = HEAD + 16 + TAIL;

export class IdWriter {
  readonly #tape: TapeWriter;
  #last = 0;
  /** All but the number of the last one: mostly the next begins with it, too. */
  #begin = "\0";
  #run = 0;

  constructor(tape: TapeWriter) {
    this.#tape = tape;
  }

  /** A text of another form is written as it is. */
  write(id: string): void {
    const { values } = this.#tape;
    const number = numberOf(id);
    if (number === null) {
      values.push(id);
      return;
    }
    if (!id.startsWith(this.#begin)) {
      this.#begin = id.slice(0, -TAIL);
      this.#run = this.#tape.word(id.slice(HEAD, -TAIL));
    }
    values.push(this.#run, number - this.#last);
    this.#last = number;
  }
}

export class IdReader {
  readonly #tape: TapeReader;
  #last = 0;

  constructor(tape: TapeReader) {
    this.#tape = tape;
  }

  read(): string {
    const run = this.#tape.value();
    if (typeof run === "string") return run;
    this.#last += this.#tape.number();
    return `req_${this.#tape.wordOf(run)}${this.#last.toString(16).padStart(TAIL, "0")}`;
  }
}

/** What the text of every page contains that holds this id; any other may contain it, too. */
export function traceOf(id: string): string {
  return numberOf(id) === null ? JSON.stringify(id).slice(1, -1) : id.slice(HEAD, -TAIL);
}

/** null for an id that is not made of a run and a number as this program makes them. */
function numberOf(id: string): number | null {
  if (id.length !== LENGTH || !id.startsWith("req_")) return null;
  let number = 0;
  for (let index = LENGTH - TAIL; index < LENGTH; index++) {
    const code = id.charCodeAt(index);
    const digit = code >= 97 && code <= 102 ? code - 87 : code - 48;
    if (digit < 0 || digit > 15 || (digit > 9 && code < 97)) return null;
    number = number * 16 + digit;
  }
  return number;
}
