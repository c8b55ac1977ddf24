/** Keeps what each cap let through and the first thing that went wrong. */

import type { LimitSpec } from "../route/limits.ts";
import type { Reservation } from "../route/reservation.ts";
import type { Target } from "../route/target.ts";
import type { Property, SimTotals, Violation } from "./properties.ts";
import type { Timeline } from "./timeline.ts";
import type { CallReferee } from "./upstream.ts";
import type { SimRefusal, SimUse, SimWorld } from "./world.ts";

export class Referee implements CallReferee {
  violation: Violation | null = null;
  /** Instants and amounts that each cap let through. */
  readonly admissions = new Map<string, { at: number; use: SimUse }[]>();
  readonly #world: SimWorld;
  readonly #timeline: Timeline;
  readonly #totals: SimTotals;

  constructor(world: SimWorld, timeline: Timeline, totals: SimTotals) {
    this.#world = world;
    this.#timeline = timeline;
    this.#totals = totals;
  }

  fail(property: Property, reason: string): void {
    this.violation ??= { property, at: this.#timeline.now, reason };
  }

  admitted(caps: readonly string[], use: SimUse): void {
    if (caps.length === 0) return;
    const admission = { at: this.#timeline.now, use };
    for (const cap of caps) {
      const known = this.admissions.get(cap);
      if (known) known.push(admission);
      else this.admissions.set(cap, [admission]);
    }
  }

  capped({ target, callId }: Reservation, { limit }: SimRefusal): void {
    const { limitsKnown, estimatesHold } = this.#world;
    const isEstimated = limit.metric !== "requests" && limit.metric !== "concurrency";
    if (!limitsKnown || (isEstimated && !estimatesHold)) return;
    // A restart dates the request's own share of the units when the call left, not when it was over.
    if (limit.metric === "units" && this.#totals.restarts > 0) return;
    this.#totals.capped++;
    const reason = `call ${callId} of ${targetName(target)} was refused for its limit of ${limitName(limit)}`;
    this.fail("no_cap_429", reason);
  }
}

export function targetName({ key, model }: Target): string {
  return `${key.id} ${model.key}`;
}

export function limitName({ cap, metric, window, reset, scope }: LimitSpec): string {
  return `${cap} ${metric} a ${window} (${typeof reset === "object" ? reset.zone : reset}, ${scope})`;
}

/** Taken out by the user, or with a key that is no good. */
export function isOut({ removed, model, key }: Target): boolean {
  return removed || !model.model.enabled || key.state === "disabled" || key.state === "invalid";
}
