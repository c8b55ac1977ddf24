/** Requests as they end, by the events of the running server. */
import { CommandError } from "../../core/command.ts";
import type { RequestRecord } from "../../core/route/event.ts";
import { GapError } from "../../tui/source.ts";
import { dashServer, lastingEvents } from "../dash/server.ts";

/** Two lists of requests may overlap by so many. */
const REMEMBERED = 1_000;

/** Until the server ends, which is an error, or the reader does. `known`: ids of those that were shown. */
export async function followRequests(
  target: { url: string; token: string },
  after: number,
  known: readonly string[],
  show: (request: RequestRecord) => unknown,
): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  // Who reads only the first lines has what they want.
  process.stdout.once("error", end);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  const server = dashServer(async () => target);
  let shown = [...known];
  const showOnce = (request: RequestRecord): void => {
    if (shown.includes(request.id)) return;
    shown = [...shown.slice(1 - REMEMBERED), request.id];
    show(request);
  };
  let sequence = after;
  while (!stop.signal.aborted) {
    try {
      for await (const entries of lastingEvents(server, sequence, stop.signal)) {
        for (const entry of entries) {
          sequence = entry.sequence;
          if (entry.event.type === "request-finished") showOnce(entry.event.record);
        }
      }
      if (stop.signal.aborted) return;
      throw new CommandError("server_gone", "The server ended.", "Start it again: freellm serve");
    } catch (error) {
      // Too slow to follow: what was missed is in the state.
      if (!(error instanceof GapError)) throw error;
      const { seq, requests } = await server.snapshot();
      sequence = seq;
      for (const request of [...requests].reverse()) showOnce(request);
    }
  }
}
