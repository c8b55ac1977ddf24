/** The routing state of the past: from the last checkpoint before it, led on through the events that were kept. */
import { stateFrom } from "../../route/checkpoint.ts";
import { unpackEvents } from "../../route/event-pack.ts";
import type { Timeline } from "../../route/replay.ts";
import type { RouterState } from "../../route/state.ts";
import type { EventLog } from "../../store/event-log.ts";

/** Why a time cannot be gone back to, for a person. */
export class TimelineError extends Error {
  override name = "TimelineError";
}

/** Up to the event `last` of the run. Throws TimelineError where that was not kept, or by another version. */
export function openTimeline(
  log: EventLog,
  { run, version, first, last }: { run: string; version: string; first: number; last: number },
): Timeline {
  const checkpoint = log.stateBefore(run, first);
  if (checkpoint === null) throw new TimelineError("The events that led to it are not kept any more.");
  if (checkpoint.version !== version) {
    throw new TimelineError(
      `It was decided by version ${checkpoint.version}; version ${version} cannot decide it again.`,
    );
  }
  const state = stateFrom(checkpoint.document);
  const events = unread(log.eventsAfter(checkpoint, last), state);
  return {
    state,
    advance(sequence) {
      while (state.sequence < sequence) {
        const next = events.next();
        if (next.done) throw new TimelineError("Some of the events that led to it were lost.");
        next.value();
        state.catalogue.prepare();
      }
    },
  };
}

/** One step for each event. Stops where one is missing. */
function* unread(
  rows: Iterable<{ sequence: number; document: string }>,
  state: RouterState,
): Generator<() => void, void> {
  for (const { sequence, document } of rows) {
    let number = sequence;
    for (const event of unpackEvents(document)) {
      const isSeen = number++ <= state.sequence;
      if (isSeen) continue;
      if (number - 1 !== state.sequence + 1) return;
      yield () => {
        if (event === null) state.sequence++;
        else state.apply(event);
      };
    }
  }
}
