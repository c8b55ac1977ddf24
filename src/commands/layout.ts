/** Text and tables in the width of a terminal. What goes into a pipe is left as it is. */
import { widthsOf } from "./figures.ts";

const GAP = 2;
/** The last column is broken into lines, but not into narrower ones. */
const LAST_COLUMN = 16;
const OTHER_COLUMNS = 8;

/**
 * Broken between words. Further lines begin under the text of the first: behind its indent, or behind the name that is set
 * apart by two blanks or more (`groq        4 models`). A word that is too long is left to the terminal: it is there to be copied.
 */
export function wrapText(text: string, width: number): string[] {
  if (lengthOf(text) <= width) return [text];
  const prefix = /^\s*(?:\S+\s{2,})?/.exec(text)?.[0] ?? "";
  const indent = lengthOf(prefix);
  const hanging = " ".repeat(indent < width / 2 ? indent : 0);
  const lines: string[] = [];
  let line = prefix;
  let isEmpty = true;
  for (const word of wordsOf(text.slice(prefix.length))) {
    if (!isEmpty && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = hanging;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** A number and its unit are one word: `2.1 s`, `97 %`. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const word of text.split(" ")) {
    const last = words.at(-1);
    if (last !== undefined && UNIT.test(word) && /\d$/.test(last))
      words[words.length - 1] = `${last} ${word}`;
    else words.push(word);
  }
  return words;
}

const UNIT = /^(?:ms|s|min|h|d|%|kB|MB|GB|TB)(?:$|\W)/;

/**
 * A table that is too wide: columns in which nothing is said are left out, and the last is broken into lines. If that is not
 * enough, the widest others give way: a cell that is longer than its column is written whole, with the rest of its row
 * below. Nothing is cut.
 */
export function narrowTable(
  rows: readonly (readonly string[])[],
  width: number,
  paint: (text: string, row: number, column: number) => string,
): string[] {
  const used = (rows[0] ?? []).map((_, column) => rows.slice(1).some((row) => (row[column] ?? "") !== ""));
  const shown = rows.map((row) => row.filter((_, column) => used[column]));
  const places = used.flatMap((isUsed, column) => (isUsed ? [column] : []));
  const widths = fitted(shown, width);
  const last = widths.length - 1;
  return shown.flatMap((row, index) => {
    const lines: string[] = [];
    let line = "";
    let offset = 0;
    for (const [column, cell] of row.entries()) {
      const room = widths[column] ?? 0;
      const painted = (text: string): string => paint(text, index, places[column] ?? column);
      if (column === last) {
        const [first = "", ...others] = wrapText(cell, room);
        lines.push(`${line}${painted(first)}`.trimEnd());
        lines.push(...others.map((text) => `${" ".repeat(offset)}${painted(text)}`));
        continue;
      }
      offset += room + GAP;
      if (cell.length > room) {
        lines.push(`${line}${painted(cell)}`);
        line = " ".repeat(offset);
      } else line += painted(cell) + " ".repeat(room + GAP - cell.length);
    }
    return lines;
  });
}

/** Widths of columns whose sum fits, if that can be. */
function fitted(rows: readonly (readonly string[])[], width: number): number[] {
  const widths = widthsOf(rows);
  const heads = rows[0] ?? [];
  const last = widths.length - 1;
  let over = tableWidth(widths) - width;
  const shrink = (column: number, least: number): void => {
    const from = widths[column] ?? 0;
    const to = Math.min(from, Math.max(least, from - over));
    widths[column] = to;
    over -= from - to;
  };
  if (over > 0) shrink(last, LAST_COLUMN);
  const others = widths.map((_, column) => column).filter((column) => column !== last);
  for (const column of others.sort((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0))) {
    if (over > 0) shrink(column, Math.max(OTHER_COLUMNS, heads[column]?.length ?? 0));
  }
  return widths;
}

export function tableWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
}

function lengthOf(text: string): number {
  return Bun.stripANSI(text).length;
}
