import { type Command, Option } from "commander";
import type { AccuracyView, AnalyticsRange, AnalyticsRow, AnalyticsView } from "../core/command.ts";
import { usageError } from "./complaint.ts";
import { connect, withConnection } from "./connect.ts";
import type { Context } from "./context.ts";
import { bar, compact, took } from "./figures.ts";
import { isoTime } from "./moment.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "./options.ts";
import type { Output } from "./output.ts";

type By = "provider" | "model" | "key" | "day";

interface UsageOptions extends RemoteOptions {
  by?: By;
  since?: AnalyticsRange;
  accuracy?: true;
}

const BYS: readonly By[] = ["provider", "model", "key", "day"];
const RANGES: readonly AnalyticsRange[] = ["1h", "24h", "7d", "30d", "90d"];
const BAR = 20;
const NARROW_BAR = 8;
/** Columns that the wide bar asks for. */
const WIDE = 100;

const LEGEND = `
Providers, models and keys count calls: a request that failed over counts once
for each call. "all" and days count requests of clients. Days are those of UTC.
P50 and FIRST are medians of what went well: until the end, and until the first
content.`;

export function define(command: Command, context: Context): void {
  command
    .description("Sum up requests and tokens.")
    .addOption(new Option("--by <what>", "one line for each of these (default: provider)").choices(BYS))
    .addOption(new Option("--since <time>", "how far back (default: 24h)").choices(RANGES))
    .option("--accuracy", "instead: how well the tokens of prompts were estimated, by model")
    .addHelpText("after", LEGEND);
  withRemoteOptions(command).action(async ({ by, since, accuracy, ...options }: UsageOptions) => {
    if (accuracy && (by !== undefined || since !== undefined)) {
      throw usageError(
        "--accuracy is by model and goes back as far as is known: leave out --by and --since.",
      );
    }
    const { output } = context;
    await withConnection(connect(context, options), async ({ admin }) => {
      if (accuracy) printAccuracy(output, (await admin.snapshot()).accuracy ?? []);
      else printUsage(output, await admin.analytics(since ?? "24h"), by ?? "provider");
    });
  });
  withExamples(
    command,
    "freellm usage",
    "freellm usage --by model --since 7d",
    "freellm usage --by day --since 30d --json",
    "freellm usage --accuracy",
  );
}

function printUsage(output: Output, view: AnalyticsView, by: By): void {
  const { range, from, to, total } = view;
  const rows = by === "day" ? daysOf(view) : view[`${by}s`].map(measured);
  if (output.json) {
    const span = { since: range, by, from: isoTime(from), to: isoTime(to) };
    output.data({ usages: rows, total: measured(total), ...span });
    return;
  }
  if (total.requests === 0) {
    output.line(`No request in the last ${words(range)}.`);
    return;
  }
  const most = Math.max(...rows.map(({ tokens }) => tokens), 1);
  const width = (output.columns ?? WIDE) < WIDE ? NARROW_BAR : BAR;
  const lines = rows.map((row) => [row.name, bar(row.tokens / most, width), ...figures(row)]);
  const head = [by.toUpperCase(), "TOKENS", "", "REQUESTS", "FAILED"];
  const timed = by === "day" ? [] : ["IN", "OUT", "P50", "FIRST"];
  const all = measured(total);
  output.table([...head, ...timed], [...lines, ["all", "", ...figures(all).slice(0, 3 + timed.length)]]);
}

interface Row {
  name: string;
  requests: number;
  failed: number;
  tokens: number;
  inputTokens?: number;
  outputTokens?: number;
  p50Ms?: number | null;
  p95Ms?: number | null;
  firstContentMs?: number | null;
}

function measured({ name, requests, failed, inputTokens, outputTokens, ...times }: AnalyticsRow): Row {
  const { p50Ms, p95Ms, firstContentMs } = times;
  const tokens = inputTokens + outputTokens;
  return { name, requests, failed, tokens, inputTokens, outputTokens, p50Ms, p95Ms, firstContentMs };
}

/** The newest last; days without a request are left out. */
function daysOf({ slots }: AnalyticsView): Row[] {
  const days = new Map<string, Row>();
  for (const { at, requests, failed, tokens } of slots) {
    if (requests === 0) continue;
    const name = new Date(at).toISOString().slice(0, 10);
    const day = days.get(name) ?? { name, requests: 0, failed: 0, tokens: 0 };
    days.set(name, day);
    day.requests += requests;
    day.failed += failed;
    day.tokens += tokens;
  }
  return [...days.values()];
}

function figures(row: Row): string[] {
  const { requests, failed, tokens, inputTokens, outputTokens, p50Ms, firstContentMs } = row;
  const counts = [compact(tokens), String(requests), failed === 0 ? "-" : String(failed)];
  if (inputTokens === undefined || outputTokens === undefined) return counts;
  const times = [took(p50Ms ?? null), took(firstContentMs ?? null)];
  return [...counts, compact(inputTokens), compact(outputTokens), ...times];
}

function words(range: AnalyticsRange): string {
  const count = range.slice(0, -1);
  const unit = range.endsWith("h") ? "hour" : "day";
  return count === "1" ? unit : `${count} ${unit}s`;
}

/** In percent of what was counted: how far a single estimate is off, and where the estimates and reservations lie as a whole. */
function printAccuracy(output: Output, models: readonly AccuracyView[]): void {
  const rows = models.map(({ model, calls, estimated, reserved, real, error }) => ({
    ...{ model, calls, estimated: Math.round(estimated), reserved: Math.round(reserved), real },
    errorPercent: percent(error, real),
    biasPercent: percent(estimated - real, real),
    reservedPercent: percent(reserved - real, real),
  }));
  if (output.json) {
    output.data({ accuracies: rows });
    return;
  }
  if (rows.length === 0) {
    output.line("No provider has counted the tokens of a prompt yet.");
    return;
  }
  output.table(
    ["MODEL", "CALLS", "COUNTED", "ESTIMATED", "OFF BY", "RESERVED"],
    rows.map(({ model, calls, real, errorPercent, biasPercent, reservedPercent }) => [
      ...[model, String(calls), compact(real), signed(biasPercent), `${errorPercent} %`],
      signed(reservedPercent),
    ]),
  );
  output.note(
    "COUNTED is by the provider. OFF BY is the mean error of a single estimate. RESERVED is what is set aside after correction, on purpose a little too much.",
  );
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Number(((100 * part) / whole).toFixed(1));
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value} %`;
}
