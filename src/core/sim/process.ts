/** The router as one process after the other: the state that a restart loses, and the memory that it starts again from. */
import type { RouterEvent } from "../route/event.ts";
import { DEFAULT_PREFERENCES } from "../route/preferences.ts";
import { RouterState } from "../route/state.ts";
import type { Timeline } from "./timeline.ts";
import { Witness } from "./witness.ts";
import type { SimLedger, SimParts, SimWorld } from "./world.ts";

export class RouterProcess {
  state: RouterState;
  readonly ledger: SimLedger;
  readonly witness: Witness | null;
  readonly #world: SimWorld;
  readonly #parts: SimParts;
  readonly #timeline: Timeline;
  /** When it died; null while it lives, and when it was asked to stop. */
  #crashedAt: number | null = null;

  constructor(world: SimWorld, parts: SimParts, timeline: Timeline, ledger: SimLedger, witnessed: boolean) {
    this.#world = world;
    this.#parts = parts;
    this.#timeline = timeline;
    this.ledger = ledger;
    this.witness = witnessed ? new Witness(parts) : null;
    this.state = new RouterState(parts.zones);
    this.#configure();
  }

  record(event: RouterEvent): void {
    this.#apply(event);
    this.ledger.append(event);
    this.witness?.saw(event, this.state);
  }

  stop(graceful: boolean): void {
    const now = this.#timeline.now;
    this.#crashedAt = graceful ? null : now;
    if (graceful) {
      this.ledger.saveLearnt(this.state.learnt(now));
      this.ledger.flush();
    } else {
      this.ledger.crash(now);
    }
  }

  /** What was forgotten, in words; null when nothing was. */
  startAgain(): string | null {
    const now = this.#timeline.now;
    this.state = new RouterState(this.#parts.zones);
    this.#configure();
    for (const event of this.ledger.restart(now)) this.#apply(event);
    if (this.witness === null) return null;
    this.witness.restarted(now, this.#crashedAt, this.ledger);
    return this.witness.missing(this.state, now, this.#world.limitsKnown);
  }

  #configure(): void {
    const { providers, strategy } = this.#world;
    for (const { routed, models, keys } of providers) {
      this.#apply({ type: "provider-set", provider: routed, models });
      for (const key of keys) this.#apply({ type: "key-set", key: { ...key } });
    }
    this.#apply({ type: "preferences-set", preferences: { ...DEFAULT_PREFERENCES, strategy } });
  }

  #apply(event: RouterEvent): void {
    this.state.apply(this.#parts.corrupt?.(event) ?? event);
  }
}
