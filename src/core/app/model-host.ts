/** What the commands on models work on: the application, seen from here. */
import type { Clock } from "../ports.ts";
import type { RouterEvent } from "../route/event.ts";
import type { RouterState } from "../route/state.ts";
import type { Store } from "../store/store.ts";
import type { Overrides, Registry } from "./registry.ts";

/** Enough to show models. */
export interface ModelSource {
  readonly state: RouterState;
  readonly registry: Registry;
  modelOverrides(): Overrides;
}

export interface ModelHost extends ModelSource {
  readonly store: Store;
  readonly clock: Clock;
  record(event: RouterEvent): void;
}
