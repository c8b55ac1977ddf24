/** The state, then every event, one JSON object a line: for programs that want to follow. */
import { CommandError } from "../../core/command.ts";
import { GapError, type Server } from "../../tui/source.ts";
import { withIsoTimes } from "../moment.ts";
import type { Output } from "../output.ts";
import { stateData } from "./data.ts";
import { lastingEvents } from "./server.ts";

/** Until the server ends, which is an error, or the reader does. */
export async function watchJson(server: Server, output: Output): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  // Who reads only the first lines has what they want.
  process.stdout.once("error", end);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  while (!stop.signal.aborted) {
    const state = await server.snapshot();
    output.data({ type: "state", state: stateData(state) });
    try {
      for await (const entries of lastingEvents(server, state.seq, stop.signal)) {
        for (const { sequence, event } of entries)
          output.data({ type: "event", sequence, event: withIsoTimes(event) });
      }
      if (stop.signal.aborted) return;
      throw new CommandError("server_gone", "The server ended.", "Start it again: freellm serve");
    } catch (error) {
      // Too slow to follow: the state again.
      if (!(error instanceof GapError)) throw error;
    }
  }
}
