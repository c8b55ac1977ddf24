/** The whole routing state as text, and back: what is decided from it is the same, bit for bit. */
import { ArchiveReader, ArchiveWriter, archiveText, archiveValues } from "./archive.ts";
import type { RouterEvent } from "./event.ts";
import { type LoggedEvent, loggedEvent } from "./event-pack.ts";
import { RouterState } from "./state.ts";

/** Read by a program of the same version only. */
export function checkpointOf(state: RouterState): string {
  state.catalogue.prepare();
  const writer = new ArchiveWriter();
  state.archive(writer);
  return archiveText(writer.values);
}

/** An event at the beginning of a run, kept until the run is written down. */
export function beginningEvent(event: RouterEvent): LoggedEvent {
  // The two kinds of which there may be thousands: the state leaves them as they are, so that they need no copy.
  return event.type === "provider-set" || event.type === "usage-restored" ? event : loggedEvent(event);
}

/** The same as a checkpoint, told by all that the state has ever seen: after a start that is made sooner. */
export function beginningOf(events: readonly LoggedEvent[]): string {
  const texts = events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  return `{"events":[${texts.join(",")}]}`;
}

export function stateFrom(checkpoint: string): RouterState {
  const values = archiveValues(checkpoint);
  const state = new RouterState();
  if (Array.isArray(values)) state.archive(new ArchiveReader(values));
  else for (const event of eventsIn(values)) state.apply(event);
  state.catalogue.prepare();
  return state;
}

function eventsIn(values: unknown): RouterEvent[] {
  const isBeginning = typeof values === "object" && values !== null && "events" in values;
  if (isBeginning && Array.isArray(values.events)) return values.events;
  throw new TypeError("This is no checkpoint of the routing state.");
}
