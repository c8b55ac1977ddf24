/** Throughput of the last quarter of an hour, and when what is free runs dry. */
import type { ForecastView } from "../../core/command.ts";
import { quotaName, spark } from "../faces.ts";
import { compact, rate, timeOfDay } from "../format.ts";
import { cell, idCell, type Line, span } from "../line.ts";
import { BUCKET_MS, BUCKETS } from "../rates.ts";
import { join, type PaneInput } from "./pane.ts";

export function rateLines({ data, now, glyphs }: PaneInput, width: number, height: number): Line[] {
  const count = Math.max(4, Math.min(BUCKETS, width - 13));
  const series = data.rates.series(now, count);
  const minute = data.rates.last(now, 60_000);
  const seconds = (BUCKETS * BUCKET_MS) / 1_000 / count;
  const graph = (name: string, values: number[], value: string): Line =>
    join([cell(name, 6, "dim"), ...spark(values, glyphs), cell(value, 6, "plain", "right")]);
  const tokens = series.map((bucket) => bucket.tokens / seconds);
  const whole = data.rates.last(now, BUCKETS * BUCKET_MS);
  const totals = data.snapshot?.totals;
  return [
    graph("tok/s", tokens, compact(minute.tokens / 60)),
    graph(
      "req/m",
      series.map(({ requests }) => requests),
      rate(minute.requests),
    ),
    graph(
      "429/m",
      series.map(({ limited }) => limited),
      rate(minute.limited),
    ),
    [span("failover saved ", "dim"), span(`${whole.saved} of ${compact(whole.requests)}`)],
    totals === undefined
      ? []
      : [span("tokens in all  ", "dim"), span(compact(totals.inputTokens + totals.outputTokens))],
  ].slice(0, height);
}

/** The first of them in one line: `tok/s ▁▂▃ 1.2k`. */
export function rateTitle({ data, now, glyphs }: PaneInput, width: number): Line {
  const series = data.rates.series(now, width);
  const minute = data.rates.last(now, 60_000);
  const tokens = series.map((bucket) => bucket.tokens);
  return join([span("tok/s ", "dim"), ...spark(tokens, glyphs), span(` ${compact(minute.tokens / 60)}`)]);
}

/** What runs dry first, and how much is left of everything that is free. */
export function forecastLines(input: PaneInput, width: number, height: number): Line[] {
  const { snapshot } = input.data;
  const left = leftLine(input);
  if (snapshot?.forecast === undefined) return left === null ? [[span("no data yet", "dim")]] : [left];
  const ordered = [...snapshot.forecast].sort((one, other) => one.dryAt - other.dryAt);
  const lines = ordered
    .slice(0, left === null ? height : height - 1)
    .map((one) => dryLine(one, input, width));
  if (lines.length === 0) lines.push([span("nothing runs dry", "dim")]);
  return left === null ? lines : [...lines, left].slice(0, height);
}

function dryLine(one: ForecastView, { utcOffset, glyphs }: PaneInput, width: number): Line {
  const isBefore = one.resetsAt === null || one.dryAt < one.resetsAt;
  return [
    idCell(one.id, Math.max(6, width - 13), "plain", glyphs.ellipsis),
    span(" "),
    cell(nameOf(one), 4, "dim"),
    span(" "),
    cell(timeOfDay(one.dryAt, utcOffset).slice(0, 5), 5, isBefore ? "warn" : "plain"),
    span(isBefore ? " !" : "", "bad"),
  ];
}

/** Calls of the usual size, and tokens. */
function leftLine({ data }: PaneInput): Line | null {
  const free = data.snapshot?.free;
  if (free === undefined || (free.requests === 0 && free.unlimited > 0)) return null;
  return [
    span("left ", "dim"),
    span(compact(free.requests)),
    span(" req ", "dim"),
    span(compact(free.tokens)),
    span(" tok", "dim"),
  ];
}

function nameOf({ metric, window }: ForecastView): string {
  return metric === null || window === null ? "all" : quotaName({ metric, window });
}
