/** One run of a simulated world: the real routing state, plan and failover against simulated providers, in virtual time. */
import { failover, type Outcome } from "../route/failover.ts";
import type { Reservation } from "../route/reservation.ts";
import { Calls } from "./calls.ts";
import { failureOf } from "./failures.ts";
import { ClientGoneError, type Flow, newFlow } from "./flow.ts";
import type { SimResult } from "./properties.ts";
import { targetName } from "./referee.ts";
import { type SimOptions, Stage } from "./stage.ts";
import type { SimParts, SimRequest, SimRestart, SimWorld } from "./world.ts";

const MAX_ATTEMPTS = 20;
const BUDGET_MS = 45_000;
const FULL_PATIENCE_MS = 1e13;
/** Who was not served asks again after so long. */
const ASKS_AGAIN_MS = 1_000;

export async function simulate(world: SimWorld, parts: SimParts, options: SimOptions): Promise<SimResult> {
  return await new Simulation(world, parts, options).run();
}

class Simulation {
  readonly #stage: Stage;
  readonly #calls: Calls;
  #flows = new Set<Flow>();
  #down = false;
  #requests = 0;

  constructor(world: SimWorld, parts: SimParts, options: SimOptions) {
    this.#stage = new Stage(world, parts, options);
    this.#calls = new Calls(this.#stage, (flow, how) => this.#close(flow, how));
  }

  async run(): Promise<SimResult> {
    const { requests, restarts, clients, start, end } = this.#stage.world;
    for (let first = 0; first < requests.length; ) {
      const at = requests[first]?.at ?? end;
      let last = first;
      while (requests[last]?.at === at) last++;
      const together = requests.slice(first, last);
      this.#stage.timeline.at(at, () => {
        for (const request of together) this.#arrive(request);
      });
      first = last;
    }
    for (const restart of restarts) this.#stage.timeline.at(restart.at, () => this.#stop(restart));
    const eager = requests[0];
    if (clients > 0 && eager !== undefined) {
      this.#stage.timeline.at(start, () => {
        for (let client = 1; client < clients; client++) this.#arrive(eager);
      });
    }
    // What has begun may end; with full demand nothing ever ends by itself.
    const latest = clients > 0 ? end : Number.POSITIVE_INFINITY;
    while (this.#stage.referee.violation === null && this.#stage.timeline.step(latest)) {
      if (this.#stage.pauses.busy > 0) await this.#stage.pauses.settled();
    }
    if (clients === 0 && this.#stage.referee.violation === null) {
      if (this.#flows.size > 0) this.#stage.referee.fail("ends", `${this.#flows.size} requests never ended`);
      else if (this.#stage.router.state.openCalls > 0)
        this.#stage.referee.fail("ends", `${this.#stage.router.state.openCalls} calls are still reserved`);
    }
    this.#stage.trace.add(this.#stage.totals);
    return {
      violation: this.#stage.referee.violation,
      totals: this.#stage.totals,
      trace: this.#stage.trace.digest,
      admitted: this.#stage.referee.admissions,
    };
  }

  #arrive(request: SimRequest): void {
    if (this.#down) return;
    this.#stage.totals.requests++;
    const flow = newFlow(++this.#requests, request, this.#stage.router.state, this.#stage.timeline.now);
    if (flow === null) {
      this.#stage.referee.fail("usable", `${request.model} is unknown`);
      return;
    }
    this.#flows.add(flow);
    if (request.leavesAfterMs !== null) {
      this.#stage.inProcess(request.leavesAfterMs, () => this.#leave(flow));
    }
    this.#stage.pauses.busy++;
    void this.#serve(flow, this.#stage.process);
  }

  async #serve(flow: Flow, process: number): Promise<void> {
    const { patienceMs } = flow.request;
    const budgetMs = patienceMs >= FULL_PATIENCE_MS ? FULL_PATIENCE_MS : BUDGET_MS;
    try {
      const outcome = await failover<Reservation>(
        flow.route,
        (reservation) => this.#calls.attempt(flow, reservation),
        { maxAttempts: MAX_ATTEMPTS, budgetMs, patienceMs },
        {
          now: () => {
            flow.askedAt = this.#stage.router.state.sequence;
            return this.#stage.timeline.now;
          },
          elapsed: () => this.#stage.timeline.now - flow.startedAt,
          record: (event) => this.#stage.record(event),
          reserve: (target, need, call) => this.#calls.reserve(flow, target, need, call),
          allowsRetry: () => this.#stage.router.state.allowsRetry,
          allowsHedge: () => false,
          wait: (until) => this.#wait(flow, until),
          hop: () => {
            flow.hops++;
          },
        },
      );
      this.#over(flow, outcome);
    } catch (error) {
      if (!(error instanceof ClientGoneError)) {
        this.#stage.referee.fail(
          "ends",
          error instanceof Error ? (error.stack ?? error.message) : String(error),
        );
      }
      this.#close(flow, "gone");
    } finally {
      if (process === this.#stage.process) this.#stage.pauses.busy--;
    }
  }

  #wait(flow: Flow, until: number): Promise<void> {
    this.#expectNone(flow);
    if (flow.gone) return Promise.reject(new ClientGoneError());
    this.#stage.waiting.add(flow);
    return this.#stage.pauses.until((resume) => {
      const wake = (error: ClientGoneError | null): void => {
        if (flow.waiting !== wake) return;
        flow.waiting = null;
        this.#stage.waiting.delete(flow);
        resume(() => {
          if (error) throw error;
        });
      };
      flow.waiting = wake;
      this.#stage.inProcess(Math.max(1, until - this.#stage.timeline.now), () => wake(null));
    });
  }

  /** The plan found nothing usable: then nothing may be. */
  #expectNone(flow: Flow): void {
    const { route } = flow;
    // A conversation may wait for its own target while others are free.
    if (route.bound !== null && flow.hops === 0) return;
    const now = this.#stage.timeline.now;
    for (const target of route.candidates) {
      if (this.#stage.router.witness === null || this.#stage.router.witness.isBlocked(route, target, now))
        continue;
      // It waits for the family of a target that stated a short wait, which the plan has forgotten by now.
      if (route.progress.retried.size > 0) continue;
      this.#stage.referee.fail(
        "usable",
        `request ${flow.number} found nothing, but ${targetName(target)} is usable`,
      );
    }
  }

  #over(flow: Flow, outcome: Outcome<Reservation>): void {
    this.#stage.trace.add([flow.number, outcome.kind]);
    if (flow.hops > 0) this.#stage.totals.failovers++;
    switch (outcome.kind) {
      case "committed": {
        const { conversation } = flow.request;
        if (conversation === null) break;
        const { key, model } = outcome.target;
        const at = this.#stage.timeline.now;
        this.#stage.record({ type: "conversation-bound", conversation, keyId: key.id, model: model.key, at });
        break;
      }
      case "refused":
        this.#close(flow, outcome.failure.kind === "aborted" ? "gone" : "refused");
        break;
      case "exhausted": {
        this.#stage.totals.decisions++;
        const inTime = this.#stage.timeline.now - flow.startedAt <= BUDGET_MS && flow.hops < MAX_ATTEMPTS;
        // Others may have changed the state since the plan was asked.
        if (inTime && flow.askedAt === this.#stage.router.state.sequence) this.#expectNone(flow);
        this.#close(flow, "exhausted");
        break;
      }
    }
  }

  #close(flow: Flow, how: "served" | "broken" | "refused" | "exhausted" | "gone"): void {
    if (!this.#flows.delete(flow)) return;
    this.#stage.totals[how]++;
    if (this.#stage.world.clients === 0) return;
    this.#stage.timeline.after(how === "served" ? 0 : ASKS_AGAIN_MS, () => this.#arrive(flow.request));
  }

  #leave(flow: Flow): void {
    if (flow.gone || !this.#flows.has(flow)) return;
    flow.gone = true;
    if (flow.waiting) flow.waiting(new ClientGoneError());
    else if (flow.committed) {
      const spent = flow.call?.leave(true);
      if (spent) flow.reservation?.settle(spent);
      this.#close(flow, "gone");
    } else if (flow.answer && flow.reservation) {
      flow.call?.leave(false);
      flow.answer({ failure: failureOf("gone", flow.reservation.target.model.model, null) });
    }
  }

  #stop({ downMs, graceful }: SimRestart): void {
    if (this.#down) return;
    this.#down = true;
    this.#stage.process++;
    this.#stage.totals.restarts++;
    this.#stage.totals.cut += this.#flows.size;
    this.#stage.router.stop(graceful);
    for (const flow of this.#flows) flow.call?.leave(flow.committed);
    this.#flows = new Set();
    this.#stage.waiting = new Set();
    this.#stage.pauses.busy = 0;
    this.#stage.timeline.after(downMs, () => {
      this.#down = false;
      this.#stage.trace.add(["restart", this.#stage.timeline.now]);
      const missing = this.#stage.router.startAgain();
      if (missing !== null) this.#stage.referee.fail("restart", missing);
    });
  }
}
