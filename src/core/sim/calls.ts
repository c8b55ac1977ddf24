/** Calls of the simulated router: the place that is taken, and what comes back from the provider. */
import type { Failure } from "../chat/failure.ts";
import type { Need } from "../route/counter.ts";
import type { AttemptResult, CallNumber } from "../route/failover.ts";
import type { LimitObservation } from "../route/limits.ts";
import type { Reservation, Spent } from "../route/reservation.ts";
import type { Target } from "../route/target.ts";
import { failureOf } from "./failures.ts";
import type { Flow } from "./flow.ts";
import { targetName } from "./referee.ts";
import type { Stage } from "./stage.ts";
import type { CallEars } from "./upstream.ts";

/** Until the first content. */
const DEADLINE_MS = 12_000;

export class Calls {
  readonly #stage: Stage;
  readonly #close: (flow: Flow, how: "served" | "broken") => void;
  #calls = 0;

  /** `close`: the answer is over. */
  constructor(stage: Stage, close: (flow: Flow, how: "served" | "broken") => void) {
    this.#stage = stage;
    this.#close = close;
  }

  reserve(flow: Flow, target: Target, need: Need, call: CallNumber): Reservation {
    const now = this.#stage.timeline.now;
    this.#stage.totals.decisions++;
    const objection = this.#stage.router.witness?.objection(flow.route, target, now);
    if (objection)
      this.#stage.referee.fail("usable", `request ${flow.number} chose ${targetName(target)}: ${objection}`);
    const times = (flow.attempts.get(target) ?? 0) + 1;
    flow.attempts.set(target, times);
    // Once more after a single 500 or a short wait, once more without what was refused.
    if (times > 3)
      this.#stage.referee.fail(
        "usable",
        `request ${flow.number} called ${targetName(target)} ${times} times`,
      );
    const callId = ++this.#calls;
    const entered = (): void =>
      this.#stage.record({
        type: "call-reserved",
        callId,
        keyId: target.key.id,
        model: target.model.key,
        at: now,
        tokens: need.tokens,
        inputTokens: need.inputTokens,
        estimate: flow.request.input,
        attempt: call.attempt,
        isDouble: call.isDouble,
      });
    if (this.#stage.parts.enter) this.#stage.parts.enter(entered);
    else entered();
    let settled = false;
    return {
      callId,
      target,
      need,
      settle: (spent: Spent) => {
        if (settled) return;
        settled = true;
        this.#stage.record({ type: "call-settled", callId, at: this.#stage.timeline.now, ...spent });
        const first = this.#stage.waiting.values().next();
        if (!first.done) first.value.waiting?.(null);
      },
    };
  }

  attempt(flow: Flow, reservation: Reservation): Promise<AttemptResult<Reservation>> {
    const stage = this.#stage;
    stage.router.ledger.commit();
    stage.totals.attempts++;
    flow.reservation = reservation;
    const { provider } = reservation.target.model.model;
    const ears = new Ears(stage, flow, reservation, this.#close);
    const call = stage.upstreams.get(provider)?.call(reservation, flow.request.input, ears);
    flow.call = call ?? null;
    stage.inProcess(DEADLINE_MS, () => {
      if (flow.reservation !== reservation || flow.committed || flow.answer === null) return;
      call?.leave(false);
      flow.answer({ failure: failureOf("deadline", reservation.target.model.model, null) });
    });
    return stage.pauses.until((resume) => {
      flow.answer = (result) => {
        flow.answer = null;
        resume(() => result);
      };
    });
  }
}

/** Hears what comes back of one call, as long as its process lives. */
class Ears implements CallEars {
  readonly #stage: Stage;
  readonly #flow: Flow;
  readonly #reservation: Reservation;
  readonly #close: (flow: Flow, how: "served" | "broken") => void;
  readonly #process: number;
  readonly #startedAt: number;

  constructor(
    stage: Stage,
    flow: Flow,
    reservation: Reservation,
    close: (flow: Flow, how: "served" | "broken") => void,
  ) {
    this.#stage = stage;
    this.#flow = flow;
    this.#reservation = reservation;
    this.#close = close;
    this.#process = stage.process;
    this.#startedAt = stage.timeline.now;
  }

  get #isDeaf(): boolean {
    return this.#process !== this.#stage.process;
  }

  told(observations: readonly LimitObservation[]): void {
    if (this.#isDeaf) return;
    const { key, model } = this.#reservation.target;
    const at = this.#stage.timeline.now;
    this.#stage.record({ type: "limit-observed", keyId: key.id, model: model.key, at, observations });
  }

  failed(failure: Failure): void {
    if (this.#isDeaf) return;
    if (failure.kind === "context_too_long") {
      this.#stage.router.witness?.tooLong(this.#reservation.target.model.key, this.#flow.request.input);
    }
    this.#flow.answer?.({ failure });
  }

  committed(): void {
    if (this.#isDeaf) return;
    const { callId, target } = this.#reservation;
    const { key, model } = target;
    const at = this.#stage.timeline.now;
    const firstContentMs = at - this.#startedAt;
    this.#stage.record({
      type: "call-succeeded",
      callId,
      keyId: key.id,
      model: model.key,
      at,
      firstContentMs,
    });
    this.#flow.committed = true;
    this.#flow.answer?.({ answer: this.#reservation });
  }

  ended(spent: Spent, broken: Failure | null): void {
    if (this.#isDeaf) return;
    this.#reservation.settle(spent);
    if (broken) {
      const { key, model } = this.#reservation.target;
      const at = this.#stage.timeline.now;
      this.#stage.record({ type: "call-failed", keyId: key.id, model: model.key, at, failure: broken });
    }
    this.#close(this.#flow, broken ? "broken" : "served");
  }
}
