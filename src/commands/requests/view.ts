/** Requests as they are shown. */
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

export function printHead(output: Output): void {
  output.line(output.paint.bold(columns(HEAD, WIDTHS)));
}

export function printRequest(output: Output, request: RequestRecord): void {
  const { id, at, model, status, outcome, servedBy, attempts, inputTokens, outputTokens } = request;
  const before = servedBy === null ? attempts : attempts.slice(0, -1);
  const line = columns(
    [
      localTime(at),
      outcome === "broken" ? `${status} cut` : String(status),
      model,
      servedBy === null ? "-" : `${servedBy.keyId} ${servedBy.model}`,
      took(request.durationMs),
      `${compact(inputTokens)}+${compact(outputTokens)}`,
      id,
      before.map(({ keyId, outcome: why }) => `${keyId} ${why}`).join(", "),
    ].map(sanitize),
    WIDTHS,
  );
  const isFailure = outcome === "failed" || outcome === "broken";
  output.line(
    isFailure ? output.paint.red(line) : outcome === "client_gone" ? output.paint.gray(line) : line,
  );
}

/** `24 Nov 14:02:51`, by this machine's clock. */
function localTime(at: number): string {
  const moment = new Date(at);
  const day = moment.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
  return `${day} ${moment.toLocaleTimeString("en-GB", { hour12: false })}`;
}
