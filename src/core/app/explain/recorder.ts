/**
 * Keeps what the routing state sees, so that decisions can be made again: the whole state at first and after many events, the
 * events behind the answers. On the request's way an event is put into a list, and that is all.
 */
import type { Log, Timer, Timers } from "../../ports.ts";
import { checkpointOf } from "../../route/checkpoint.ts";
import type { RouterEvent } from "../../route/event.ts";
import { type LoggedEvent, loggedEvent, packEvents } from "../../route/event-pack.ts";
import type { RouterState } from "../../route/state.ts";
import type { Store } from "../../store/store.ts";

const FLUSH_MS = 250;
/** A list this long is not left to grow until then. */
const FLUSH_EVENTS = 2_000;
/** From one checkpoint to the next: a replay reads so many in a few milliseconds. */
const CHECKPOINT_EVENTS = 60_000;
/** After a start there is time for the first checkpoint, unless a request comes before. */
const FIRST_MS = 1_000;

export interface RecorderPorts {
  state: RouterState;
  store: Pick<Store, "eventLog" | "decisions">;
  timers: Timers;
  log: Log;
  version: string;
  /** Names this process: sequence numbers are its own. */
  run: string;
}

export class EventRecorder {
  readonly #ports: RecorderPorts;
  #events: LoggedEvent[] = [];
  #timer: Timer | null = null;
  /** Whether anything is kept at all: a command that opens the store for a moment keeps nothing. */
  #running = false;
  /** A checkpoint is there, and every event since. */
  #isWhole = false;
  /** Number of the first event in the list. */
  #next = 0;
  #sinceCheckpoint = 0;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#running = true;
    this.#timer = this.#ports.timers.after(FIRST_MS, () => {
      this.#timer = null;
      if (this.#running && !this.#isWhole) this.#checkpoint();
    });
  }

  /** Lets the state see it. */
  apply(event: RouterEvent): void {
    const { state } = this.#ports;
    if (this.#running && !this.#isWhole) this.#checkpoint();
    state.apply(event);
    if (!this.#isWhole) return;
    state.catalogue.prepare();
    this.#events.push(loggedEvent(event));
    if (this.#events.length >= FLUSH_EVENTS) this.flush();
    else this.#timer ??= this.#ports.timers.after(FLUSH_MS, () => this.flush());
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#events.length === 0) return;
    const { state, store, run } = this.#ports;
    const events = this.#events;
    const sequence = this.#next;
    this.#events = [];
    this.#next += events.length;
    // Somebody changed the state behind our back: it is written down anew with the next event.
    this.#isWhole = state.sequence === this.#next - 1;
    this.#try(() => store.eventLog.addEvents(run, { sequence, document: packEvents(events) }));
    this.#sinceCheckpoint += events.length;
    if (this.#isWhole && this.#sinceCheckpoint >= CHECKPOINT_EVENTS) this.#checkpoint();
  }

  stop(): void {
    this.flush();
    this.#timer?.cancel();
    this.#timer = null;
    this.#running = false;
    this.#isWhole = false;
  }

  #checkpoint(): void {
    const { state, store, run, version } = this.#ports;
    const { sequence } = state;
    this.#try(() => {
      const document = checkpointOf(state);
      store.eventLog.addState({ run, version, sequence, document }, store.decisions.count);
      this.#isWhole = true;
    });
    this.#next = sequence + 1;
    this.#sinceCheckpoint = 0;
  }

  /** Serving goes on without a log; what is missing from it cannot be replayed. */
  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#isWhole = false;
      this.#ports.log.error("what routing saw could not be kept for explanations", { error: String(error) });
    }
  }
}
