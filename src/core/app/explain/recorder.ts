/**
 * Keeps what the routing state sees, so that decisions can be made again: how it began, the events behind the answers, and after
 * many of them the whole state. On the request's way an event becomes a short text in a list, and that is all.
 */
import type { Log, Timer, Timers } from "../../ports.ts";
import { beginningEvent, beginningOf, checkpointOf } from "../../route/checkpoint.ts";
import type { RouterEvent } from "../../route/event.ts";
import { EventPage, type LoggedEvent } from "../../route/event-pack.ts";
import type { RouterState } from "../../route/state.ts";
import type { Store } from "../../store/store.ts";

const FLUSH_MS = 250;
/** Where a start was followed by changes there is time for the first checkpoint, unless a request comes before. */
const FIRST_MS = 1_000;
/** A list this long is not left to grow until then. */
const FLUSH_EVENTS = 2_000;
/** From one checkpoint to the next: a replay reads so many in a few milliseconds. */
const CHECKPOINT_EVENTS = 60_000;

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
  /** Since the last flush. */
  readonly #page = new EventPage();
  #timer: Timer | null = null;
  /** All that the state has seen, while that is what a start restored; null once it is written. */
  #beginning: LoggedEvent[] | null = [];
  /** Whether anything is kept at all: a command that opens the store for a moment keeps nothing. */
  #running = false;
  /** A checkpoint or the beginning is there, and every event since. */
  #isWhole = false;
  /** Number of the first event in the list. */
  #next = 0;
  #sinceCheckpoint = 0;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
  }

  /** Lets the state see what a start restores. Nobody looks at the state in between. */
  restore(event: RouterEvent): void {
    this.#beginning?.push(beginningEvent(event));
    this.#ports.state.apply(event);
  }

  start(): void {
    this.#running = true;
    if (this.#isRestored()) return;
    this.#timer = this.#ports.timers.after(FIRST_MS, () => {
      this.#timer = null;
      if (this.#running && !this.#isWhole) this.#checkpoint();
    });
  }

  /** Lets the state see it. */
  apply(event: RouterEvent): void {
    const { state } = this.#ports;
    if (this.#running && !this.#isWhole) this.#begin();
    state.apply(event);
    if (!this.#isWhole) return;
    state.catalogue.prepare();
    this.#page.add(event);
    if (this.#page.count >= FLUSH_EVENTS) this.flush();
    else this.#timer ??= this.#ports.timers.after(FLUSH_MS, () => this.flush());
  }

  /** Whether the state is what the start made it: then that can be told instead of the state. */
  #isRestored(): boolean {
    return this.#beginning?.length === this.#ports.state.sequence;
  }

  /** From here on every event is kept. After a start nothing is written yet: somebody waits for an answer. */
  #begin(): void {
    const { state } = this.#ports;
    if (!this.#isRestored()) {
      this.#checkpoint();
      return;
    }
    state.catalogue.prepare();
    this.#isWhole = true;
    this.#next = state.sequence + 1;
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const { count } = this.#page;
    if (count === 0) return;
    const { state, store, run } = this.#ports;
    const document = this.#page.take();
    const sequence = this.#next;
    this.#next += count;
    this.#writeBeginning(sequence - 1);
    if (!this.#isWhole) return;
    // Somebody changed the state behind our back: it is written down anew with the next event.
    this.#isWhole = state.sequence === this.#next - 1;
    this.#try(() => store.eventLog.addEvents(run, { sequence, document }));
    this.#sinceCheckpoint += count;
    if (this.#isWhole && this.#sinceCheckpoint >= CHECKPOINT_EVENTS) this.#checkpoint();
  }

  stop(): void {
    this.flush();
    this.#running = false;
    this.#isWhole = false;
    this.#beginning = null;
  }

  /** `sequence`: events in it. */
  #writeBeginning(sequence: number): void {
    const beginning = this.#beginning;
    if (beginning === null) return;
    this.#beginning = null;
    this.#try(() => this.#add(sequence, beginningOf(beginning)));
  }

  #checkpoint(): void {
    const { state } = this.#ports;
    this.#beginning = null;
    const { sequence } = state;
    this.#try(() => {
      this.#add(sequence, checkpointOf(state));
      this.#isWhole = true;
    });
    this.#next = sequence + 1;
    this.#sinceCheckpoint = 0;
  }

  #add(sequence: number, document: string): void {
    const { store, run, version } = this.#ports;
    store.eventLog.addState({ run, version, sequence, document }, store.decisions.count);
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
