/** The past as charts in text: requests and tokens over time, and who did how much, how well and how fast. */
import type { AnalyticsRow, AnalyticsView } from "../../core/command.ts";
import { bar, spark } from "../faces.ts";
import { compact, dayAndTime, latency, percent } from "../format.ts";
import type { Glyphs } from "../glyphs.ts";
import { cell, columns, type Line, type Span, span } from "../line.ts";
import { border, join, type PaneInput, row, rows } from "./pane.ts";

const RANGES = ["1h", "24h", "7d", "30d", "90d"] as const;

export function analytics(input: PaneInput, width: number, height: number): Line[] {
  const { data, ui, glyphs } = input;
  const view = data.analytics[ui.range];
  const right = RANGES.flatMap((range, index) => [
    span(index === 0 ? "" : " "),
    span(range === ui.range ? `[${range}]` : range, range === ui.range ? "accent" : "dim"),
  ]);
  const top = border({ kind: "top", title: [span("Analytics", "accent")], right }, width, glyphs);
  const inner = width - 2;
  if (view === undefined || view.total.requests === 0) {
    const text = view === undefined ? "asking the server ..." : "no data yet: nothing was asked in this time";
    return [
      top,
      ...rows([[], [span(`  ${text}`, "dim")]], height - 2, width, glyphs),
      border({ kind: "bottom" }, width, glyphs),
    ];
  }
  const chartRows = height >= 24 ? 6 : height >= 16 ? 3 : 1;
  const above = [
    summary(view, inner),
    ...chart(view, chartRows, inner, glyphs),
    ...(height >= 16 ? [timeAxis(view, inner, input), tokenLine(view, inner, glyphs)] : []),
  ];
  const middle = border({ kind: "middle", title: groupTitle(ui.by) }, width, glyphs);
  const tableRows = height - above.length - 3;
  return [
    top,
    ...above.map((line) => row(line, width, glyphs)),
    middle,
    ...rows(table(view[ui.by], ui.scroll, tableRows, inner, glyphs), tableRows, width, glyphs),
    border({ kind: "bottom" }, width, glyphs),
  ];
}

function groupTitle(by: "providers" | "models" | "keys"): Line {
  return (["providers", "models", "keys"] as const).flatMap((group, index) => [
    span(index === 0 ? "by " : " "),
    span(group === by ? `[${group}]` : group, group === by ? "accent" : "dim"),
  ]);
}

function summary({ total }: AnalyticsView, width: number): Line {
  const pair = (name: string, value: string): Span[] => [span(`  ${name} `, "dim"), span(value)];
  const first = [
    ...pair("requests", compact(total.requests)),
    ...pair("ok", percent(total.requests - total.failed, total.requests)),
    ...pair("tokens", compact(total.inputTokens + total.outputTokens)),
  ];
  if (width < 74) return first;
  return [
    ...first,
    ...pair("p50", time(total.p50Ms)),
    ...pair("p95", time(total.p95Ms)),
    ...pair("first content", time(total.firstContentMs)),
  ];
}

function time(value: number | null): string {
  return value === null ? "-" : latency(value);
}

const AXIS = 7;

/** How many columns a slot of time takes, so that the picture is as wide as there is room. */
function slotWidth(view: AnalyticsView, width: number): number {
  return Math.max(1, Math.floor((width - AXIS - 2) / view.slots.length));
}

/** The latest slots that there is room for. */
function shownSlots(view: AnalyticsView, width: number): AnalyticsView["slots"] {
  return view.slots.slice(-Math.max(1, width - AXIS - 2));
}

/** Requests as columns; what failed stands at their foot in red, where there is more than one row. */
function chart(view: AnalyticsView, height: number, width: number, glyphs: Glyphs): Line[] {
  const slots = shownSlots(view, width);
  const most = Math.max(1, ...slots.map(({ requests }) => requests));
  const wide = slotWidth(view, width);
  return Array.from({ length: height }, (_, index): Line => {
    const level = height - 1 - index;
    const label = index === 0 ? compact(most) : level === 0 ? "0" : "";
    const columns_ = slots.flatMap(({ requests, failed }): Span[] => {
      const eighths = requests === 0 ? 0 : Math.max(1, Math.round((requests / most) * height * 8));
      const here = Math.max(0, Math.min(8, eighths - level * 8));
      const isFailed = failed > 0 && Math.ceil((failed / most) * height) > level;
      const sign = here === 0 ? " " : (glyphs.rising[here - 1] ?? " ");
      const body = wide > 2 ? `${sign.repeat(wide - 1)} ` : sign.repeat(wide);
      return [{ text: body, tone: isFailed ? "bad" : "accent" }];
    });
    return join([cell(label, AXIS - 1, "dim", "right"), span(" "), ...columns_]);
  });
}

function timeAxis(view: AnalyticsView, width: number, { utcOffset }: PaneInput): Line {
  const slots = shownSlots(view, width);
  const used = slots.length * slotWidth(view, width);
  const from = dayAndTime(slots[0]?.at ?? view.from, utcOffset);
  const gap = Math.max(1, used - from.length - 3);
  return [span(" ".repeat(AXIS)), span(from, "dim"), span(" ".repeat(gap)), span("now", "dim")];
}

function tokenLine(view: AnalyticsView, width: number, glyphs: Glyphs): Line {
  const slots = shownSlots(view, width);
  const wide = slotWidth(view, width);
  const graph = spark(
    slots.map(({ tokens }) => tokens),
    glyphs,
  ).map(({ text, tone }) => ({ text: wide > 2 ? `${text.repeat(wide - 1)} ` : text.repeat(wide), tone }));
  return join([cell("tokens", AXIS - 1, "dim", "right"), span(" "), ...graph]);
}

/** Columns of numbers, and the width of the table from which each has room. */
const NUMBERS: readonly { title: string; cells: number; from: number; value(one: AnalyticsRow): string }[] = [
  { title: "calls", cells: 6, from: 0, value: ({ requests }) => compact(requests) },
  { title: "ok", cells: 6, from: 0, value: ({ requests, failed }) => percent(requests - failed, requests) },
  { title: "tokens", cells: 7, from: 64, value: (one) => compact(one.inputTokens + one.outputTokens) },
  { title: "p50", cells: 6, from: 64, value: ({ p50Ms }) => time(p50Ms) },
  { title: "p95", cells: 6, from: 64, value: ({ p95Ms }) => time(p95Ms) },
  { title: "first", cells: 6, from: 90, value: ({ firstContentMs }) => time(firstContentMs) },
];

function table(
  list: readonly AnalyticsRow[],
  scroll: number,
  height: number,
  width: number,
  glyphs: Glyphs,
): Line[] {
  const most = Math.max(1, ...list.map(({ requests }) => requests));
  const wide = width >= 90;
  const medium = width >= 64;
  const barWidth = wide ? 14 : medium ? 8 : 0;
  const numbers = NUMBERS.filter(({ from }) => width >= from);
  const fixed = numbers.reduce((sum, { cells }) => sum + cells + 1, barWidth + 2);
  const name = Math.max(8, width - fixed - 1);
  const head = columns([
    cell("  name", name + 1, "dim"),
    ...(barWidth > 0 ? [cell("", barWidth)] : []),
    ...numbers.map(({ title, cells }) => cell(title, cells, "dim", "right")),
  ]);
  const start = Math.max(0, Math.min(scroll, list.length - (height - 1)));
  const lines = list.slice(start, start + height - 1).map((one): Line => {
    const good = one.failed / Math.max(1, one.requests) < 0.05;
    return join([
      span("  "),
      cell(one.name, name - 1, "plain", "left", glyphs.ellipsis),
      span(" "),
      ...(barWidth > 0 ? [...bar(one.requests / most, barWidth, glyphs, "accent"), span(" ")] : []),
      ...columns(
        numbers.map(({ title, cells, value }) =>
          cell(value(one), cells, title === "ok" && !good ? "warn" : "plain", "right"),
        ),
      ),
    ]);
  });
  return [head, ...lines];
}
