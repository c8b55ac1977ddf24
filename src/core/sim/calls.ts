/** Calls of the simulated router: the place that is taken, and what comes back from the provider. */
import type { Failure } from "../chat/failure.ts";
import type { Need } from "../route/counter.ts";
import type { AttemptResult, CallNumber, Reservation, Spent } from "../route/failover.ts";
import type { LimitObservation } from "../route/limits.ts";
import type { Target } from "../route/target.ts";
import { failureOf } from "./failures.ts";
import type { Flow } from "./flow.ts";
import { targetName } from "./referee.ts";
import type { Stage } from "./stage.ts";

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
    this.#stage.router.ledger.commit();
    this.#stage.totals.attempts++;
    flow.reservation = reservation;
    const { target } = reservation;
    const { key, model } = target;
    const startedAt = this.#stage.timeline.now;
    const process = this.#stage.process;
    const hear = (listener: () => void): void => {
      if (process === this.#stage.process) listener();
    };
    const keyId = key.id;
    const call = this.#stage.upstreams.get(key.provider)?.call(reservation, flow.request.input, {
      told: (observations: readonly LimitObservation[]) =>
        hear(() =>
          this.#stage.record({
            type: "limit-observed",
            keyId,
            model: model.key,
            at: this.#stage.timeline.now,
            observations,
          }),
        ),
      failed: (failure: Failure) =>
        hear(() => {
          if (failure.kind === "context_too_long")
            this.#stage.router.witness?.tooLong(model.key, flow.request.input);
          flow.answer?.({ failure });
        }),
      committed: () =>
        hear(() => {
          const at = this.#stage.timeline.now;
          const { callId } = reservation;
          const firstContentMs = at - startedAt;
          this.#stage.record({ type: "call-succeeded", callId, keyId, model: model.key, at, firstContentMs });
          flow.committed = true;
          flow.answer?.({ answer: reservation });
        }),
      ended: (spent: Spent, broken: Failure | null) =>
        hear(() => {
          reservation.settle(spent);
          if (broken) {
            const at = this.#stage.timeline.now;
            this.#stage.record({ type: "call-failed", keyId, model: model.key, at, failure: broken });
          }
          this.#close(flow, broken ? "broken" : "served");
        }),
    });
    flow.call = call ?? null;
    this.#stage.inProcess(DEADLINE_MS, () => {
      if (flow.reservation !== reservation || flow.committed || flow.answer === null) return;
      call?.leave(false);
      flow.answer({ failure: failureOf("deadline", model.model, null) });
    });
    return this.#stage.pauses.until((resume) => {
      flow.answer = (result) => {
        flow.answer = null;
        resume(() => result);
      };
    });
  }
}
