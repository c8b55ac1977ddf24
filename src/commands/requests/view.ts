/** Requests as they are shown. */
import { outcomeMeaning } from "../../core/chat/failure.ts";
import type { RequestRecord } from "../../core/route/event.ts";
import { sanitize } from "../../core/vault/sanitize.ts";
import { columns, compact, took } from "../figures.ts";
import { isoTime } from "../moment.ts";
import type { Output } from "../output.ts";

const HEAD = ["TIME", "STATUS", "MODEL", "SERVED BY", "TOOK", "TOKENS", "ID", "TRIED"] as const;
const WIDTHS = [15, 6, 16, 34, 7, 12, 28, 0] as const;

/** The documented JSON of a request. */
export function requestData(request: RequestRecord): Record<string, unknown> {
  return { ...request, at: isoTime(request.at) };
}

/** A terminal with fewer columns than the usual line has shows the id and the figures, and below them the way it went. */
const NEEDED = 150;
const NARROW_HEAD = ["TIME", "STATUS", "ID", "TOOK", "TOKENS"] as const;
const NARROW_WIDTHS = [15, 7, 28, 7, 0] as const;

function isNarrow({ columns: terminal }: Output): boolean {
  return terminal !== null && terminal < NEEDED;
}

export function printHead(output: Output): void {
  const head = isNarrow(output) ? columns(NARROW_HEAD, NARROW_WIDTHS) : columns(HEAD, WIDTHS);
  output.line(output.paint.bold(head));
}

export function printRequest(output: Output, request: RequestRecord): void {
  const { id, at, model, status, outcome, servedBy, attempts, inputTokens, outputTokens } = request;
  const before = servedBy === null ? attempts : attempts.slice(0, -1);
  const [time, tokens] = [localTime(at), `${compact(inputTokens)}+${compact(outputTokens)}`];
  const state = outcome === "broken" ? `${status} cut` : String(status);
  const place = servedBy === null ? "-" : `${servedBy.keyId} ${servedBy.model}`;
  const tried = before.map(({ keyId, outcome: why }) => `${keyId}: ${outcomeMeaning(why)}`).join(", ");
  const wide = [time, state, model, place, took(request.durationMs), tokens, id, tried];
  const lines = isNarrow(output)
    ? [
        columns([time, state, id, took(request.durationMs), tokens], NARROW_WIDTHS),
        ...(servedBy === null ? [`  ${model}`] : [`  ${model} by ${place}`]),
        ...(tried === "" ? [] : [`  tried   ${tried}`]),
      ]
    : [columns(wide.map(sanitize), WIDTHS)];
  const isFailure = outcome === "failed" || outcome === "broken";
  for (const line of lines.map(sanitize)) {
    output.prose(
      isFailure ? output.paint.red(line) : outcome === "client_gone" ? output.paint.gray(line) : line,
    );
  }
}

/** `24 Nov 14:02:51`, by this machine's clock. */
function localTime(at: number): string {
  const moment = new Date(at);
  const day = moment.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
  return `${day} ${moment.toLocaleTimeString("en-GB", { hour12: false })}`;
}
