/** What is done every minute while freellm serves, and once more at the end: keeps what was learnt, and the store small. */
import type { Clock, Log, Timer, Timers } from "../ports.ts";
import type { RouterState } from "../route/state.ts";
import type { Store } from "../store/store.ts";

const EVERY_MS = 60_000;

export interface HousekeepingPorts {
  state: RouterState;
  store: Store;
  clock: Clock;
  timers: Timers;
  log: Log;
}

export class Housekeeping {
  readonly #ports: HousekeepingPorts;
  #timer: Timer | null = null;

  constructor(ports: HousekeepingPorts) {
    this.#ports = ports;
  }

  start(): void {
    const { store, clock, timers, log } = this.#ports;
    this.#timer = timers.after(EVERY_MS, () => {
      this.#saveLearnt();
      store
        .compact(clock.now())
        .catch((error: unknown) => log.error("the store could not be compacted", { error: String(error) }))
        .finally(() => {
          if (this.#timer) this.start();
        });
    });
  }

  /** The store may be closed afterwards. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#saveLearnt();
  }

  #saveLearnt(): void {
    const { state, store, clock, log } = this.#ports;
    try {
      store.saveLearnt(state.learnt(clock.now()));
    } catch (error) {
      log.error("what was learnt could not be kept", { error: String(error) });
    }
  }
}
