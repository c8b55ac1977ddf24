/** Requests as rows: who asked what, the way they went, and how it ended. */
import type { RequestRecord } from "../../core/route/event.ts";
import type { LiveRequest } from "../data.ts";
import { outcomeText } from "../faces.ts";
import { age, compact, latency, timeOfDay } from "../format.ts";
import { cell, columns, keepEnd, type Line, type Span, span, type Tone, widthOf } from "../line.ts";
import { chosen, shownRequests, windowStart } from "../lists.ts";
import { join, type PaneInput } from "./pane.ts";

interface Widths {
  surface: number;
  model: number;
  trail: number;
  tokens: number;
}

function widthsFor(width: number): Widths {
  const surface = width >= 96 ? 9 : 0;
  const tokens = width >= 90 ? 10 : 0;
  const model = width >= 120 ? 22 : width >= 60 ? 14 : width >= 48 ? 10 : 0;
  // Marker, time, status, duration, and a blank before each of what there is.
  const fixed =
    1 + 8 + 4 + 6 + 1 + [surface, tokens, model].reduce((sum, one) => sum + (one > 0 ? one + 1 : 0), 0);
  // Numbers do not touch the border.
  const margin = tokens === 0 ? 1 : 0;
  return { surface, model, tokens, trail: Math.max(4, width - fixed - margin) };
}

/** Under way first, then the latest, as many as there are lines. */
export function requestLines(input: PaneInput, width: number, height: number): Line[] {
  const { data, ui, glyphs } = input;
  const widths = widthsFor(width);
  const requests = shownRequests(data, ui);
  const filter = ui.filters.requests;
  // Who looks at an older one is not disturbed, and who filters wants what is known.
  const live =
    ui.requestId === null && filter === "" ? data.live.slice(0, Math.max(1, Math.floor(height / 2))) : [];
  const lines = live.map((request) => liveLine(request, input, widths));
  const room = height - lines.length;
  const current = chosen(requests, ui.requestId);
  const index = current === undefined ? 0 : requests.indexOf(current);
  const start = windowStart(requests.length, room, index);
  const hasFocus = ui.focus === "requests" || ui.view === "requests";
  for (const request of requests.slice(start, start + room)) {
    lines.push(requestLine(request, input, widths, hasFocus && request === current));
  }
  if (lines.length > 0) return lines;
  if (filter !== "") return [[span(`  no request matches "${filter}" ${glyphs.dot} esc clears`, "dim")]];
  const address = data.snapshot?.address ?? "http://127.0.0.1:3001";
  return [
    [span("  no requests yet. Try one:", "dim")],
    [span(`  curl ${address}/v1/chat/completions -H "Authorization: Bearer $(freellm token)" \\`, "dim")],
    [span(`    -d '{"model": "auto", "messages": [{"role": "user", "content": "Hello"}]}'`, "dim")],
    [span("  or press t", "dim")],
  ];
}

export function statusTone(record: RequestRecord): Tone {
  if (record.outcome === "ok") return "good";
  return record.outcome === "client_gone" ? "dim" : "bad";
}

function requestLine(record: RequestRecord, input: PaneInput, widths: Widths, isChosen: boolean): Line {
  const { glyphs, utcOffset } = input;
  const status = record.outcome === "broken" ? "cut" : String(record.status);
  return joinColumns(
    [
      { text: isChosen ? glyphs.selected : " ", tone: "accent" },
      cell(timeOfDay(record.at, utcOffset), 8, isChosen ? "accent" : "dim"),
    ],
    [surfaceName(record.surface), record.model],
    trailOf(record, input),
    [
      cell(status, 3, statusTone(record), "right"),
      cell(latency(record.durationMs), 5, "plain", "right"),
      cell(`${compact(record.inputTokens)}${glyphs.arrow}${compact(record.outputTokens)}`, 10, "dim", "left"),
    ],
    widths,
    input,
  );
}

/** Which API was spoken, as clients know it: `openai`, `responses`, `anthropic`. */
function surfaceName(surface: string): string {
  return surface.replace(/^openai-(?!chat$)/, "").replace(/-chat$/, "");
}

function joinColumns(
  start: Line,
  [surface, model]: readonly [string, string],
  trail: Line,
  [status, duration, tokens]: readonly [Span, Span, Span],
  widths: Widths,
  { glyphs }: PaneInput,
): Line {
  const kept = lastHops(trail, widths.trail, glyphs);
  const blank = " ".repeat(Math.max(0, widths.trail - widthOf(kept)));
  return join([
    ...start,
    span(" "),
    ...(widths.surface > 0 ? [cell(surface, widths.surface, "dim", "left", glyphs.ellipsis), span(" ")] : []),
    ...(widths.model > 0 ? [cell(model, widths.model, "plain", "left", glyphs.ellipsis), span(" ")] : []),
    ...kept,
    span(blank),
    ...columns([span(""), status, duration, ...(widths.tokens > 0 ? [tokens] : [])]),
  ]);
}

/** As many of the last hops as there is room for. */
function lastHops(trail: Line, width: number, { arrow, ellipsis }: PaneInput["glyphs"]): Line {
  if (widthOf(trail) <= width) return trail;
  const between = ` ${arrow} `;
  for (const [index, { text }] of trail.entries()) {
    const rest = [span(ellipsis, "dim"), ...trail.slice(index)];
    if (text === between && widthOf(rest) <= width) return rest;
  }
  return keepEnd(trail, width, ellipsis);
}

/** `groq-1 429 → mistral-1 ✔` */
export function trailOf(record: RequestRecord, { glyphs }: Pick<PaneInput, "glyphs">): Line {
  if (record.attempts.length === 0) {
    return [span(record.outcome === "client_gone" ? "the client left" : whyUntried(record), "dim")];
  }
  const spans: Span[] = [];
  for (const [index, attempt] of record.attempts.entries()) {
    if (index > 0) spans.push(span(` ${glyphs.arrow} `, "dim"));
    const isGood = attempt.outcome === "ok";
    spans.push(span(attempt.keyId, isGood ? "plain" : "dim"), span(" "));
    spans.push(isGood ? span(glyphs.yes, "good") : span(outcomeText(attempt), "warn"));
  }
  if (record.outcome === "failed") spans.push(span(` ${glyphs.arrow} `, "dim"), span(glyphs.no, "bad"));
  if (record.outcome === "broken") spans.push(span(" broke off", "bad"));
  if (record.outcome === "client_gone") spans.push(span(" client left", "dim"));
  return spans;
}

function whyUntried({ status }: RequestRecord): string {
  return status === 404 ? "there is no such model" : "nothing could be tried";
}

function liveLine(request: LiveRequest, input: PaneInput, widths: Widths): Line {
  const { glyphs, now, utcOffset } = input;
  const spans: Span[] = [];
  for (const [index, call] of request.calls.entries()) {
    if (index > 0) spans.push(span(` ${glyphs.arrow} `, "dim"));
    spans.push(span(call.keyId, call.state === "ended" ? "dim" : "plain"), span(" "));
    if (call.state === "ended") {
      spans.push(span(outcomeText({ outcome: call.failure ?? "ok", status: call.status }), "warn"));
    } else {
      const spinner = glyphs.spinner[Math.floor(now / 250) % glyphs.spinner.length] ?? "";
      spans.push(span(`${spinner} ${call.state}`, "accent"));
    }
  }
  const model = request.calls.at(-1)?.model ?? "";
  const elapsed = Math.max(0, now - request.at);
  return joinColumns(
    [span(" "), cell(timeOfDay(request.at, utcOffset), 8, "accent")],
    ["", model.slice(model.lastIndexOf("/") + 1)],
    spans,
    [
      cell("", 3),
      cell(elapsed < 10_000 ? latency(elapsed) : age(elapsed), 5, "accent", "right"),
      cell("", 10),
    ],
    widths,
    input,
  );
}
