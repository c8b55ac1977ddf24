/**
 * Timers by the list: nearly all last as long as many others (a deadline, a moment's grace) and nearly all are cancelled. Those of one
 * duration end in the order in which they began, so one timer of the runtime stands for all of them.
 */
import type { Timer, Timers } from "../core/ports.ts";

/** The runtime takes a longer one for none at all. */
const LONGEST_MS = 2 ** 31 - 1;
/** With so many, those that are empty go. */
const MOST_LISTS = 64;

/** A timer in its list. */
class ListedTimer implements Timer {
  readonly callback: () => void;
  /** By the monotonic clock. */
  readonly dueAt: number;
  previous: ListedTimer | null = null;
  next: ListedTimer | null = null;
  /** null once it ended or was cancelled. */
  list: TimerList | null;

  constructor(list: TimerList, callback: () => void, dueAt: number) {
    this.list = list;
    this.callback = callback;
    this.dueAt = dueAt;
  }

  cancel(): void {
    this.list?.remove(this);
  }
}

/** All running timers of one duration. */
class TimerList {
  readonly #milliseconds: number;
  #first: ListedTimer | null = null;
  #last: ListedTimer | null = null;
  #handle: ReturnType<typeof setTimeout> | null = null;
  /** Timers of it are being called: what is begun meanwhile is not the next that is due. */
  #isEnding = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  get isEmpty(): boolean {
    return this.#first === null;
  }

  add(callback: () => void): ListedTimer {
    const timer = new ListedTimer(this, callback, performance.now() + this.#milliseconds);
    timer.previous = this.#last;
    if (this.#last) this.#last.next = timer;
    else this.#first = timer;
    this.#last = timer;
    if (!this.#isEnding) this.#arm(this.#milliseconds);
    return timer;
  }

  remove(timer: ListedTimer): void {
    if (timer.previous) timer.previous.next = timer.next;
    else this.#first = timer.next;
    if (timer.next) timer.next.previous = timer.previous;
    else this.#last = timer.previous;
    timer.list = null;
    timer.previous = null;
    timer.next = null;
    if (this.#first !== null) return;
    // A timer that nobody waits for would keep the program from ending.
    if (this.#handle !== null) clearTimeout(this.#handle);
    this.#handle = null;
  }

  /** The first may have been cancelled since: then it is too early for the next. */
  readonly #due = (): void => {
    this.#handle = null;
    this.#isEnding = true;
    const now = performance.now();
    for (let timer = this.#first; timer !== null && timer.dueAt <= now; timer = this.#first) {
      this.remove(timer);
      try {
        timer.callback();
      } catch (error) {
        // It must not take the others along.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    this.#isEnding = false;
    if (this.#first !== null) this.#arm(Math.ceil(this.#first.dueAt - performance.now()));
  };

  #arm(milliseconds: number): void {
    this.#handle ??= setTimeout(this.#due, Math.min(Math.max(1, milliseconds), LONGEST_MS));
  }
}

/** Timers of the runtime, a list for each duration in whole milliseconds. */
export function createTimers(): Timers {
  const lists = new Map<number, TimerList>();
  return {
    after(milliseconds, callback) {
      const duration = Math.max(1, Math.ceil(milliseconds));
      let list = lists.get(duration);
      if (list === undefined) {
        if (lists.size >= MOST_LISTS)
          for (const [name, { isEmpty }] of lists) if (isEmpty) lists.delete(name);
        list = new TimerList(duration);
        lists.set(duration, list);
      }
      return list.add(callback);
    },
  };
}
