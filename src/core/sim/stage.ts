/** What all parts of a simulation share. */
import type { RouterEvent } from "../route/event.ts";
import { Dice } from "./dice.ts";
import type { Flow } from "./flow.ts";
import { Pauses } from "./pauses.ts";
import { RouterProcess } from "./process.ts";
import type { SimTotals } from "./properties.ts";
import { Referee } from "./referee.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";
import { Upstream } from "./upstream.ts";
import type { SimParts, SimWorld } from "./world.ts";

export interface SimOptions {
  /** Checks every decision. */
  witnessed: boolean;
  /** Keeps a fingerprint of all that happens. */
  traced: boolean;
}

export class Stage {
  readonly world: SimWorld;
  readonly parts: SimParts;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly router: RouterProcess;
  readonly trace: Trace;
  readonly upstreams = new Map<string, Upstream>();
  readonly referee: Referee;
  readonly pauses = new Pauses();
  readonly totals: SimTotals = {
    ...{ requests: 0, served: 0, broken: 0, refused: 0, exhausted: 0, gone: 0, cut: 0 },
    ...{ failovers: 0, attempts: 0, capped: 0, decisions: 0, restarts: 0 },
  };
  /** Counts the processes: what belongs to an earlier one is ignored. */
  process = 0;
  /** Requests that wait for a target to be free, in order of arrival. */
  waiting = new Set<Flow>();

  constructor(world: SimWorld, parts: SimParts, { witnessed, traced }: SimOptions) {
    this.trace = new Trace(traced);
    this.world = world;
    this.parts = parts;
    this.timeline = new Timeline(world.start);
    this.dice = new Dice(world.seed ^ 0x5bd1e995);
    const ledger = parts.createLedger({
      after: (milliseconds, run) => {
        let cancelled = false;
        this.timeline.after(milliseconds, () => {
          if (!cancelled) run();
        });
        return {
          cancel: () => {
            cancelled = true;
          },
        };
      },
    });
    this.router = new RouterProcess(world, parts, this.timeline, ledger, witnessed);
    this.referee = new Referee(world, this.timeline, this.totals);
    for (const provider of world.providers) {
      const books = parts.createBooks(provider);
      const upstream = new Upstream(provider, books, this.timeline, this.dice, this.referee);
      this.upstreams.set(provider.routed.id, upstream);
    }
  }

  record(event: RouterEvent): void {
    this.router.record(event);
    this.trace.add(event);
  }

  /** Later, unless the process is another one by then. */
  inProcess(milliseconds: number, run: () => void): void {
    const process = this.process;
    this.timeline.after(milliseconds, () => {
      if (process === this.process) run();
    });
  }
}
