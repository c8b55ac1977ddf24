/**
 * The whole picture, as text: what is known, what the user did, the time and the room decide it, and nothing else. A
 * frame is at least one line lower than the terminal, because one as high scrolls it, and never wider.
 */

import type { Data } from "./data.ts";
import { keyFace } from "./faces.ts";
import { latency, rate } from "./format.ts";
import { ASCII, UNICODE } from "./glyphs.ts";
import { fitLine, type Line, span } from "./line.ts";
import { quantileOf } from "./lists.ts";
import { analytics } from "./panes/analytics.ts";
import { detail } from "./panes/detail.ts";
import { footer } from "./panes/footer.ts";
import { durations, header } from "./panes/header.ts";
import { help } from "./panes/help.ts";
import { models } from "./panes/models.ts";
import { overview } from "./panes/overview.ts";
import type { PaneInput, SignUp } from "./panes/pane.ts";
import { playground } from "./panes/playground.ts";
import { requests } from "./panes/requests.ts";
import type { Ui, View } from "./ui.ts";

export interface Size {
  columns: number;
  rows: number;
}

export interface Look {
  /** Of this program; the server's may be another. */
  version: string;
  /** Signs beyond ASCII. */
  unicode: boolean;
  colour: boolean;
  /** Minutes by which this machine's time zone is ahead of UTC. */
  utcOffset: number;
  signUps: readonly SignUp[];
}

type Pane = (input: PaneInput, width: number, height: number) => Line[];

const PANES: Readonly<Record<View, Pane>> = { overview, models, requests, analytics, playground };

/** Smaller than this there is one line. */
const SMALLEST: Size = { columns: 40, rows: 8 };

/** `here`: this machine's clock, epoch milliseconds. */
export function frame(data: Data, ui: Ui, here: number, size: Size, look: Look): Line[] {
  const { columns, rows } = size;
  const now = here + data.skew;
  const glyphs = look.unicode ? UNICODE : ASCII;
  const input: PaneInput = { data, ui, now, glyphs, signUps: look.signUps, utcOffset: look.utcOffset };
  if (rows < 2 || columns < 1) return [];
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return [fitLine(oneLine(input), columns)];
  const height = rows - 3;
  const pane: Pane = ui.help !== null ? help : ui.detail !== null ? detail : PANES[ui.view];
  const body =
    data.snapshot === null
      ? waiting(input, height)
      : pane(input, columns, height).map((line) => stale(line, data));
  const lines = [
    header(input, here, columns, look.version),
    ...body.slice(0, height),
    footer(input, columns),
  ];
  return lines.map((line) => fitLine(line, columns));
}

/** What the server said last is no longer so: dimmed, but still there. */
function stale(line: Line, { link }: Data): Line {
  return link.state === "lost" ? line.map(({ text }) => ({ text, tone: "dim" as const })) : line;
}

function waiting({ data }: PaneInput, height: number): Line[] {
  const { link } = data;
  const lines: Line[] =
    link.state === "lost"
      ? [
          [],
          [span("  The server does not answer: "), span(link.reason, "bad")],
          [],
          [span("  It is asked again and again. Is it running? freellm serve", "dim")],
        ]
      : [[], [span("  asking the server ...", "dim")]];
  return Array.from({ length: height }, (_, index) => lines[index] ?? []);
}

function oneLine(input: PaneInput): Line {
  const { data, now, glyphs } = input;
  const keys = data.snapshot?.keys ?? [];
  const ready = keys.filter((key) => keyFace(key, now).word === "ready").length;
  const tone = data.link.state === "lost" ? "bad" : "good";
  const p95 = quantileOf(durations(data), 0.95);
  const parts = [`${ready}/${keys.length} ready`, `${rate(data.rates.last(now, 60_000).requests / 60)} rps`];
  if (p95 !== null) parts.push(`p95 ${latency(p95)}`);
  return [
    span(data.link.state === "lost" ? glyphs.bad : glyphs.ready, tone),
    span(` ${parts.join(` ${glyphs.dot} `)}`),
  ];
}
