/** Lines of coloured text, and how they are put together. Every span is clean, so a line is as wide as it looks. */
import { cellsOf, clean, cut, head, tail, toAscii } from "./text.ts";

/** What a colour means. The user's own theme says how it looks; nothing is told by colour alone. */
export type Tone = "plain" | "dim" | "good" | "warn" | "bad" | "accent" | "strong";

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Span[];

export function span(text: string, tone: Tone = "plain"): Span {
  return { text: clean(text), tone };
}

/** Exactly `width` cells: cut or filled up. */
export function cell(
  text: string,
  width: number,
  tone: Tone = "plain",
  align: "left" | "right" = "left",
  ellipsis = "…",
): Span {
  const shown = cut(text, width, ellipsis);
  const blank = " ".repeat(Math.max(0, width - cellsOf(shown)));
  return { text: align === "left" ? shown + blank : blank + shown, tone };
}

/** The id of a key: when it is cut, its number stays. */
export function idCell(id: string, width: number, tone: Tone, ellipsis: string): Span {
  const safe = clean(id);
  if (cellsOf(safe) <= width) return cell(safe, width, tone);
  const number = /-\d+$/.exec(safe)?.[0] ?? "";
  const start = head(safe, width - cellsOf(ellipsis) - number.length);
  return cell(`${start}${ellipsis}${number}`, width, tone, "left", "");
}

export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + cellsOf(text), 0);
}

/** Exactly `width` cells: cut at the end or filled with blanks. */
export function fitLine(line: Line, width: number): Line {
  const fitted: Span[] = [];
  let left = width;
  for (const { text, tone } of line) {
    if (left <= 0) break;
    const shown = head(text, left);
    fitted.push({ text: shown, tone });
    left -= cellsOf(shown);
    if (shown.length < text.length) break;
  }
  if (left > 0) fitted.push({ text: " ".repeat(left), tone: "plain" });
  return fitted;
}

/** At most `width` cells, cut at the start: what came last is what matters. */
export function keepEnd(line: Line, width: number, ellipsis: string): Line {
  if (widthOf(line) <= width) return line;
  const kept: Span[] = [];
  let left = width - cellsOf(ellipsis);
  for (const { text, tone } of [...line].reverse()) {
    if (left <= 0) break;
    const shown = tail(text, left);
    kept.unshift({ text: shown, tone });
    left -= cellsOf(shown);
    if (shown.length < text.length) break;
  }
  return [{ text: ellipsis, tone: "dim" }, ...kept];
}

/** `left` and `right` at the two ends; `left` gives way where there is no room for both. */
export function apart(left: Line, right: Line, width: number): Line {
  const room = width - widthOf(right);
  return room <= 0 ? fitLine(left, width) : [...fitLine(left, room), ...right];
}

/** Spans with one blank between them. */
export function columns(cells: readonly Span[]): Line {
  return cells.flatMap((one, index) => (index === 0 ? [one] : [{ text: " ", tone: "plain" as const }, one]));
}

/** The eight colours of the terminal; 39 and 22 are its own foreground and weight. */
const CODES: Readonly<Record<Tone, string>> = {
  plain: "",
  dim: "2",
  good: "32",
  warn: "33",
  bad: "31",
  accent: "36",
  strong: "1",
};

/** As the terminal gets it: with colours or without, in Unicode or in ASCII alone. */
export function encodeLine(line: Line, look: { colour: boolean; unicode: boolean }): string {
  let result = "";
  for (const { text, tone } of line) {
    const shown = look.unicode ? text : toAscii(text);
    const code = look.colour ? CODES[tone] : "";
    result += code === "" || shown === "" ? shown : `\u001b[${code}m${shown}\u001b[0m`;
  }
  return result;
}
