/** Limits for people. */
import type { QuotaView, Snapshot } from "../../core/command.ts";
import { limitName } from "../../core/route/limits.ts";
import { sanitize } from "../../core/vault/sanitize.ts";
import { drainAdvice } from "../advice.ts";
import { bar, columns, compact, widthsOf } from "../figures.ts";
import { tableWidth } from "../layout.ts";
import { duration } from "../moment.ts";
import type { Output } from "../output.ts";
import type { ShownQuota } from "./rows.ts";

export const LEGEND = `
RUNS DRY: when nothing is left if things go on as in the last hours and at this
time on the days before; "-" where it is reset before. How much to believe that:
"!" much, "~" some, "?" little. SOURCE: where the limit is known from. "stated":
the provider said so in a reply; "usage endpoint": where it tells what an
account has used, here and elsewhere; "learned": from its refusals;
"documented": its documentation, as of a date; "user": you set it; "guessed". A
limit that nobody knows is not shown: calls go out until the provider refuses
one, then a rate is learned.`;

const BAR = 10;
const INDENT = "  ";
const HEAD = ["LIMIT", "", "USED", "LEFT", "RESETS IN", "RUNS DRY", "SOURCE"] as const;
const MARKS = { high: "!", medium: "~", low: "?" } as const;

/** One block for each key or account and model. */
export function printQuotas(output: Output, quotas: readonly ShownQuota[], now: number): void {
  const all = [HEAD, ...quotas.map((quota) => cellsOf(quota, now))];
  const isNarrow = tableWidth(widthsOf(all)) + INDENT.length > (output.columns ?? Number.POSITIVE_INFINITY);
  // A terminal that has no room for the bars gets all of the figures.
  const [head = [], ...cells] = isNarrow ? all.map((row) => row.filter((_, column) => column !== 1)) : all;
  const widths = widthsOf([head, ...cells]);
  output.line(output.paint.bold(`${INDENT}${columns(head, widths)}`));
  let last = "";
  for (const [index, quota] of quotas.entries()) {
    const title = titleOf(quota);
    if (title !== last) output.line(sanitize(title));
    last = title;
    const line = `${INDENT}${columns(cells[index] ?? [], widths)}`;
    const full = quota.cap > 0 ? quota.used / quota.cap : 1;
    output.line(full >= 0.9 ? output.paint.red(line) : full >= 0.7 ? output.paint.yellow(line) : line);
  }
}

function titleOf({ provider, model, keys, key, account }: ShownQuota): string {
  const owner =
    key ?? (account === null ? `${provider}, this machine` : `account ${account} (${keys.join(", ")})`);
  return model === null ? owner : `${owner}  ${model}`;
}

function cellsOf(quota: QuotaView & { asOf: string | null }, now: number): string[] {
  const { metric, used, cap, left, resetsAt, source, asOf, elsewhere = 0 } = quota;
  const others = elsewhere >= 1 ? ` (${compact(elsewhere)} elsewhere)` : "";
  return [
    limitName(quota),
    bar(cap > 0 ? used / cap : 1, BAR),
    `${compact(used)} of ${compact(cap)}${others}`,
    compact(left),
    resetsAt === null ? "-" : duration(Date.parse(resetsAt) - now),
    metric === "concurrency" ? "-" : dryText(quota, now),
    asOf === null ? source.replace("_", " ") : `${source} ${asOf}`,
  ];
}

function dryText({ runsDryAt, confidence }: QuotaView, now: number): string {
  if (runsDryAt === null) return "-";
  const rest = Date.parse(runsDryAt) - now;
  return rest <= 0 ? "now" : `${duration(rest)} ${MARKS[confidence]}`;
}

/** What is left of everything, in one sentence or two. */
export function printFree(output: Output, { free, now, keys }: Snapshot): void {
  if (free === undefined || keys.length === 0) return;
  const { requests, tokens, requestsPerHour, tokensPerHour, runsDryAt, resetsAt, unlimited } = free;
  const parts: string[] = [];
  if (resetsAt !== null) {
    const left = `about ${compact(requests)} requests or ${compact(tokens)} tokens, in calls of your usual size`;
    parts.push(
      `Left of all limits of a day or more: ${left}; the first is reset in ${duration(resetsAt - now)}.`,
    );
  }
  if (requestsPerHour >= 0.5) {
    const pace = `${compact(requestsPerHour)} requests and ${compact(tokensPerHour)} tokens an hour`;
    const end =
      runsDryAt === null
        ? unlimited > 0 || resetsAt === null
          ? ""
          : ", which lasts until then"
        : runsDryAt <= now
          ? ": nothing is left"
          : `: all of it runs dry in ${duration(runsDryAt - now)}`;
    parts.push(`Expected: ${pace}${end} (confidence: ${free.confidence}).`);
  }
  if (parts.length > 0) output.line();
  for (const part of parts) output.prose(part);
}

export function printNotes(output: Output, snapshot: Snapshot, hidden: number): void {
  const { keys, models, quotas } = snapshot;
  for (const { about, problem, remedy } of drainAdvice(snapshot))
    output.note(`${about}: ${problem}; ${remedy}`);
  if (hidden > 0) output.note(`of ${hidden} more limits nothing is used: freellm quota --all`);
  const keyed = new Set(keys.filter(({ state }) => state !== "disabled").map(({ provider }) => provider));
  const limited = new Set(quotas.map(({ model }) => model));
  const unknown = models.filter(
    ({ id, provider, enabled, limits }) =>
      enabled && keyed.has(provider) && limits.length === 0 && !limited.has(id),
  );
  if (unknown.length === 0) return;
  const names = unknown.slice(0, 3).map(({ id }) => id);
  const more = unknown.length > names.length ? ` and ${unknown.length - names.length} more` : "";
  output.note(
    `no limit is known for ${names.join(", ")}${more}: calls go out until the provider refuses one, then a rate is learned.`,
  );
}
