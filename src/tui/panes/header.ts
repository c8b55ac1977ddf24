/** The first line: where the server is, whether it answers, and how it does. */
import type { Data } from "../data.ts";
import { age, compact, latency, percent, rate } from "../format.ts";
import { apart, type Line, span, widthOf } from "../line.ts";
import { quantileOf } from "../lists.ts";
import type { PaneInput } from "./pane.ts";

/** Of the latest requests that were answered, in milliseconds. */
export function durations({ requests: all }: Data): number[] {
  return all.slice(0, 200).flatMap(({ outcome, durationMs }) => (outcome === "ok" ? [durationMs] : []));
}

export function header(input: PaneInput, here: number, width: number, version: string): Line {
  const { data, now, glyphs } = input;
  const { snapshot, link } = data;
  const name = width >= 70 && snapshot !== null ? ` freellm ${snapshot.version}` : " freellm";
  if (link.state === "lost") {
    const gone = `${glyphs.bad} no answer for ${age(here - link.since)}`;
    const again = `again in ${Math.max(0, Math.ceil((link.retryAt - here) / 1_000))} s`;
    return [
      span(name),
      span("  "),
      span(gone, "bad"),
      span(`  ${again}`, "dim"),
      span(`  ${link.reason}`, "dim"),
    ];
  }
  if (snapshot === null) return [span(name), span("  connecting", "dim")];
  const address = (snapshot.address ?? "").replace(/^https?:\/\//, "");
  const left = [
    span(name),
    span("  "),
    span(glyphs.ready, "good"),
    span(` ${address}`),
    span(`  ${age(now - snapshot.startedAt)}`, "dim"),
  ];
  if (snapshot.version !== version) {
    const words = `the server is ${snapshot.version}, this is ${version}: restart the server`;
    return apart(left, [span("  "), span(words, "warn"), span(" ")], width);
  }
  const lately = data.rates.last(now, 60_000);
  const whole = data.rates.last(now, 900_000);
  const times = durations(data);
  const p50 = quantileOf(times, 0.5);
  const p95 = quantileOf(times, 0.95);
  const facts: (readonly [string, string] | null)[] = [
    whole.requests === 0 ? null : [percent(whole.requests - whole.failed, whole.requests), "ok"],
    [rate(lately.requests / 60), "req/s"],
    p95 === null ? null : ["p95", latency(p95)],
    p50 === null ? null : ["p50", latency(p50)],
    snapshot.totals.failovers === 0 ? null : [compact(snapshot.totals.failovers), "failovers"],
  ];
  let right: Line = [];
  for (const fact of facts) {
    if (fact === null) continue;
    const [one, two] = fact;
    const isName = one.startsWith("p");
    const more = [
      ...right,
      span("  "),
      span(one, isName ? "dim" : "plain"),
      span(` ${two}`, isName ? "plain" : "dim"),
    ];
    if (widthOf(left) + widthOf(more) + 1 > width) break;
    right = more;
  }
  return apart(left, [...right, span(" ")], width);
}
