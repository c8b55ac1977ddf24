/** What every pane is given, and the boxes that panes are put into. */
import type { Data } from "../data.ts";
import type { Glyphs } from "../glyphs.ts";
import { fitLine, type Line, span, type Tone, widthOf } from "../line.ts";
import type { Ui } from "../ui.ts";

export interface SignUp {
  provider: string;
  url: string;
}

export interface PaneInput {
  data: Data;
  ui: Ui;
  /** By the server's clock, epoch milliseconds. */
  now: number;
  glyphs: Glyphs;
  /** Where a first key can be had. */
  signUps: readonly SignUp[];
  /** Minutes by which this machine's time zone is ahead of UTC. */
  utcOffset: number;
}

/** A border with a title at its left and words at its right, and crossings where columns begin and end. */
export interface Border {
  kind: "top" | "middle" | "bottom";
  title?: Line;
  right?: Line;
  /** Cells from the left edge at which a column's line arrives from above or goes down. */
  up?: readonly number[];
  down?: readonly number[];
}

export function border(
  { kind, title = [], right = [], up = [], down = [] }: Border,
  width: number,
  g: Glyphs,
): Line {
  const ends = {
    top: [g.topLeft, g.topRight],
    middle: [g.left, g.right],
    bottom: [g.bottomLeft, g.bottomRight],
  }[kind];
  const cells = Array.from({ length: Math.max(0, width) }, (_, index) => {
    if (index === 0) return ends[0] ?? "";
    if (index === width - 1) return ends[1] ?? "";
    if (up.includes(index)) return g.up;
    return down.includes(index) ? g.down : g.horizontal;
  });
  const line: Line = cells.map((text) => ({ text, tone: "dim" as const }));
  const room = width - 5;
  const shownTitle = title.length === 0 ? [] : atMost(spaced(title), room);
  const left = widthOf(shownTitle);
  const shownRight = widthOf(right) === 0 || left + widthOf(right) + 4 > room ? [] : spaced(right);
  const start = widthOf(shownRight);
  const begin = title.length === 0 ? 0 : 2;
  return join([
    ...line.slice(0, begin),
    ...shownTitle,
    ...line.slice(begin + left, width - 2 - start),
    ...shownRight,
    ...line.slice(width - 2),
  ]);
}

function spaced(line: Line): Line {
  return [span(" "), ...line, span(" ")];
}

function atMost(line: Line, width: number): Line {
  return widthOf(line) > width ? fitLine(line, width) : line;
}

/** Neighbours of one tone as one span. */
export function join(line: Line): Line {
  const joined: { text: string; tone: Tone }[] = [];
  for (const { text, tone } of line) {
    const last = joined.at(-1);
    if (last && last.tone === tone) last.text += text;
    else joined.push({ text, tone });
  }
  return joined;
}

/** A row between the two edges of its box. */
export function row(line: Line, width: number, g: Glyphs): Line {
  const edge = { text: g.vertical, tone: "dim" as const };
  return [edge, ...fitLine(line, width - 2), edge];
}

/** Rows of a box: exactly `height` of them. */
export function rows(lines: readonly Line[], height: number, width: number, g: Glyphs): Line[] {
  return Array.from({ length: Math.max(0, height) }, (_, index) => row(lines[index] ?? [], width, g));
}

/** Columns side by side with a line between them: each `[lines, width]`. */
export function beside(
  parts: readonly (readonly [readonly Line[], number])[],
  height: number,
  g: Glyphs,
): Line[] {
  return Array.from({ length: Math.max(0, height) }, (_, index) =>
    parts.flatMap(([lines, width], part) => [
      ...(part === 0 ? [] : [{ text: g.vertical, tone: "dim" as const }]),
      ...fitLine([span(" "), ...(lines[index] ?? [])], width),
    ]),
  );
}

/** A whole box of `height` lines around `lines`. */
export function box(
  title: Line,
  right: Line,
  lines: readonly Line[],
  width: number,
  height: number,
  g: Glyphs,
): Line[] {
  return [
    border({ kind: "top", title, right }, width, g),
    ...rows(lines, height - 2, width, g),
    border({ kind: "bottom" }, width, g),
  ];
}
