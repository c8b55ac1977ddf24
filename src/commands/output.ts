/** Everything that the commands say: tables and JSON on stdout, errors, hints and notes on stderr. */
import { Chalk, type ChalkInstance } from "chalk";
import Table from "cli-table3";
import { sanitize } from "../core/vault/sanitize.ts";
import { widthsOf } from "./figures.ts";
import { narrowTable, tableWidth, wrapText } from "./layout.ts";

export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Of a terminal. */
  readonly columns?: number | undefined;
}

export interface OutputOptions {
  stdout: Sink;
  stderr: Sink;
  environment: Readonly<Record<string, string | undefined>>;
  /** The user asked for JSON: errors go out as JSON on stdout, too. */
  json: boolean;
}

/** What a command that cannot go on tells the user. */
export interface Complaint {
  code: string;
  message: string;
  hint: string | null;
}

export class Output {
  readonly json: boolean;
  /** What the program ends with when nothing is thrown. */
  exitCode = 0;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #environment: OutputOptions["environment"];
  #paint: ChalkInstance | null = null;

  constructor(options: OutputOptions) {
    this.json = options.json;
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
    this.#environment = options.environment;
  }

  /** Colours for text on stdout; plain where colours are not wanted. */
  get paint(): ChalkInstance {
    this.#paint ??= new Chalk({ level: colourLevel(this.#stdout, this.#environment) });
    return this.#paint;
  }

  get #paintErrors(): ChalkInstance {
    return new Chalk({ level: colourLevel(this.#stderr, this.#environment) });
  }

  /** Of the terminal that stdout is; null in a pipe, where lines may be of any length. */
  get columns(): number | null {
    return columnsOf(this.#stdout);
  }

  /** One line, or several, for people. */
  line(text = ""): void {
    this.#stdout.write(`${text}\n`);
  }

  /** A line of words, broken between them where the terminal ends. Not for what is there to be copied. */
  prose(text: string): void {
    const { columns } = this;
    for (const line of columns === null ? [text] : wrapText(text, columns)) this.line(line);
  }

  /** Text as it is, without a line end. */
  raw(text: string): void {
    this.#stdout.write(text);
  }

  /** One JSON object with `"schema": 1` in front. */
  data(fields: Readonly<Record<string, unknown>>): void {
    this.#stdout.write(`${JSON.stringify({ schema: 1, ...fields })}\n`);
  }

  /** Cells are made safe to print; `paintCell` may colour them afterwards. */
  table(
    head: readonly string[],
    rows: readonly (readonly string[])[],
    paintCell: (text: string, column: number) => string = (text) => text,
  ): void {
    const { columns } = this;
    const all = [head, ...rows.map((row) => row.map(sanitize))];
    if (columns !== null && tableWidth(widthsOf(all)) > columns) {
      const paint = (text: string, row: number, column: number): string =>
        row === 0 ? this.paint.bold(text) : paintCell(text, column);
      for (const line of narrowTable(all, columns, paint)) this.line(line);
      return;
    }
    const table = new Table({
      head: head.map((title) => this.paint.bold(title)),
      chars: BORDERLESS,
      style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    });
    for (const row of rows) table.push(row.map((cell, column) => paintCell(sanitize(cell), column)));
    for (const line of table.toString().split("\n")) this.line(line.trimEnd());
  }

  /** Something worth knowing beside the result. */
  note(text: string): void {
    this.#tell(`freellm: note: ${sanitize(text)}`);
  }

  /** What is being done, on one line that the next one replaces; on terminals only. "" takes it away. */
  progress(text: string): void {
    if (this.#stderr.isTTY === true) this.#stderr.write(`\r\u001b[K${sanitize(text)}`);
  }

  warn(text: string): void {
    this.#tell(`freellm: ${this.#paintErrors.yellow("warning")}: ${sanitize(text)}`);
  }

  complain({ code, message, hint }: Complaint): void {
    if (this.json) {
      this.data({ error: { code, message, hint } });
      return;
    }
    for (const line of message.split("\n")) {
      this.#tell(`freellm: ${this.#paintErrors.red("error")}: ${sanitize(line)}`);
    }
    for (const line of hint?.split("\n") ?? []) {
      this.#tell(`freellm: ${this.#paintErrors.cyan("hint")}: ${sanitize(line)}`);
    }
  }

  /** On stderr, broken between words where the terminal ends. */
  #tell(text: string): void {
    const columns = columnsOf(this.#stderr);
    for (const line of columns === null ? [text] : wrapText(text, columns)) this.#stderr.write(`${line}\n`);
  }
}

function columnsOf({ isTTY, columns }: Sink): number | null {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : null;
}

/** 0 is none, 1 the sixteen basic colours: nobody's theme is overruled. See https://no-color.org and https://force-color.org. */
function colourLevel(sink: Sink, environment: OutputOptions["environment"]): 0 | 1 {
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined && forced !== "") return forced === "0" || forced === "false" ? 0 : 1;
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== "") return 0;
  return sink.isTTY === true && environment.TERM !== "dumb" ? 1 : 0;
}

const BORDERLESS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};
