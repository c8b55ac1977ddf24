/** One key or one request, with everything that is known of it. */
import { outcomeMeaning } from "../../core/chat/failure.ts";
import type { KeyView } from "../../core/command.ts";
import type { RequestRecord } from "../../core/route/event.ts";
import { bar, fillTone, keyFace, quotaName, resetText, spark, stateText } from "../faces.ts";
import { compact, dayAndTime, latency, percent, timeOfDay } from "../format.ts";
import { cell, type Line, span, type Tone } from "../line.ts";
import { fill, quantileOf, quotasOf } from "../lists.ts";
import { wrap } from "../text.ts";
import { box, join, type PaneInput } from "./pane.ts";
import { statusTone, trailOf } from "./trail.ts";
import { whyLines } from "./why.ts";

export function detail(input: PaneInput, width: number, height: number): Line[] {
  const { data, ui, glyphs } = input;
  const key = data.snapshot?.keys.find(({ id }) => id === ui.detail?.id);
  const request = data.requests.find(({ id }) => id === ui.detail?.id);
  const inner = width - 4;
  const [title, lines] =
    ui.detail?.kind === "key" && key
      ? [key.id, keyDetail(input, key, inner)]
      : request
        ? [request.id, requestDetail(input, request, inner)]
        : [ui.detail?.id ?? "", [[span("it is gone", "dim")]]];
  const start = Math.max(0, Math.min(ui.scroll, lines.length - (height - 2)));
  const more = lines.length - start - (height - 2);
  const shown = lines.slice(start).map((line): Line => [span(" "), ...line]);
  const rest = more > 0 ? [span(`${more} more ${glyphs.downArrow}`, "dim")] : [];
  return box([span(title, "accent")], rest, shown, width, height, glyphs);
}

function fact(name: string, value: string, tone: Tone = "plain"): Line {
  return [cell(name, 12, "dim"), span(value, tone)];
}

function keyDetail(input: PaneInput, key: KeyView, width: number): Line[] {
  const { data, now, glyphs, utcOffset } = input;
  const { tone, sign } = keyFace(key, now);
  const uses = data.requests.flatMap((request) =>
    request.attempts.filter(({ keyId }) => keyId === key.id).map((attempt) => ({ request, attempt })),
  );
  const failed = uses.filter(({ attempt }) => attempt.outcome !== "ok");
  const kinds = new Map<string, number>();
  for (const { attempt } of failed) kinds.set(attempt.outcome, (kinds.get(attempt.outcome) ?? 0) + 1);
  const durations = uses
    .filter(({ attempt }) => attempt.outcome === "ok")
    .map(({ request }) => request.durationMs);
  const [p50, p95] = [quantileOf(durations, 0.5), quantileOf(durations, 0.95)];
  const quotas = quotasOf(key, data.snapshot?.quotas ?? []);
  const last = failed[0];
  const why = key.detail === null ? "" : `  ${key.detail}`;
  const barWidth = Math.max(4, Math.min(20, width - 64));
  return [
    [cell("state", 12, "dim"), span(glyphs[sign], tone), span(` ${stateText(key, now)}${why}`)],
    ...(key.until === null ? [] : [fact("until", dayAndTime(key.until, utcOffset))]),
    fact("provider", `${key.provider}${key.label === null ? "" : `  "${key.label}"`}`),
    fact("account", key.account),
    fact("key", key.last4 === null ? "none needed" : `${glyphs.ellipsis}${key.last4}`),
    ...(key.baseUrl === null ? [] : [fact("address", key.baseUrl)]),
    fact("order", `${key.order} of ${data.snapshot?.keys.length ?? 0}`),
    [],
    fact(
      "calls",
      uses.length === 0
        ? "none lately"
        : `${uses.length} lately, ${percent(uses.length - failed.length, uses.length)} good`,
    ),
    ...(failed.length === 0
      ? []
      : [fact("failed", [...kinds].map(([kind, count]) => `${count} ${outcomeMeaning(kind)}`).join(", "))]),
    ...(p50 === null || p95 === null ? [] : [fact("time", `p50 ${latency(p50)}  p95 ${latency(p95)}`)]),
    ...(last === undefined
      ? []
      : wrap(last.attempt.message ?? outcomeMeaning(last.attempt.outcome), width - 12).map(
          (text, index): Line =>
            fact(
              index === 0 ? "last fault" : "",
              index === 0 ? `${timeOfDay(last.request.at, utcOffset)} ${text}` : text,
              "warn",
            ),
        )),
    ...hours(input, uses),
    [],
    [span("limits", "strong")],
    ...(quotas.length === 0 ? [[span("none are known", "dim")]] : []),
    ...[...quotas]
      .sort((one, other) => fill(other) - fill(one))
      .map(
        (quota): Line =>
          join([
            cell(quotaName(quota), 6, "dim"),
            ...bar(fill(quota), barWidth, glyphs),
            span(" "),
            cell(
              `${compact(quota.used)}/${compact(quota.cap)}`,
              10,
              fill(quota) >= 0.7 ? fillTone(fill(quota)) : "plain",
            ),
            cell(resetText(quota, now), 7, "dim", "right"),
            span(" "),
            cell(quota.source === "usage_endpoint" ? "usage" : quota.source, 11, "dim"),
            cell(quota.model ?? "all models", 30, "dim", "left", glyphs.ellipsis),
          ]),
      ),
  ];
}

/** Its calls among the requests that are remembered, by time. */
function hours({ glyphs, now }: PaneInput, uses: readonly { request: RequestRecord }[]): Line[] {
  if (uses.length < 2) return [];
  const span_ = Math.max(60_000, now - Math.min(...uses.map(({ request }) => request.at)));
  const slots = Array.from({ length: 24 }, () => 0);
  for (const { request } of uses) {
    const slot = Math.max(0, 23 - Math.floor((24 * (now - request.at)) / (span_ + 1)));
    slots[slot] = (slots[slot] ?? 0) + 1;
  }
  return [join([cell("lately", 12, "dim"), ...spark(slots, glyphs)])];
}

const OUTCOMES: Readonly<Record<RequestRecord["outcome"], string>> = {
  ok: "answered",
  broken: "broke off",
  failed: "failed",
  client_gone: "the client left",
};

function requestDetail(input: PaneInput, record: RequestRecord, width: number): Line[] {
  const { glyphs, utcOffset } = input;
  const served = record.servedBy;
  const first =
    record.firstContentMs === null ? "" : `, first content after ${latency(record.firstContentMs)}`;
  return [
    fact(
      "asked",
      `${dayAndTime(record.at, utcOffset)}  ${record.surface}  ${record.stream ? "streamed" : "whole"}`,
    ),
    fact("model", record.model),
    [cell("outcome", 12, "dim"), span(`${record.status} ${OUTCOMES[record.outcome]}`, statusTone(record))],
    fact("served by", served === null ? "nobody" : `${served.provider}/${served.model}  ${served.keyId}`),
    fact("took", `${latency(record.durationMs)}${first}`),
    fact("tokens", `${compact(record.inputTokens)} in, ${compact(record.outputTokens)} out`),
    [cell("trail", 12, "dim"), ...trailOf(record, { glyphs })],
    [],
    [span("why", "strong")],
    ...whyLines(input, record, width),
  ];
}
