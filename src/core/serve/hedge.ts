/** A second call beside one that is slower than usual: the first with content wins, the other is given up. Off by default. */
import type { Timers } from "../ports.ts";
import type { Attempt, AttemptResult, Situation } from "../route/failover.ts";
import { type Reservation, spentOnFailure } from "../route/reservation.ts";

/** Nobody feels a shorter wait. */
const LEAST_WAIT_MS = 250;

type Ended<Answer> = { reservation: Reservation; result: AttemptResult<Answer> };

/** An attempt that can be given up; rejects never. */
export type CancellableAttempt<Answer> = (
  reservation: Reservation,
  situation: Situation,
  cancel?: AbortSignal,
) => Promise<AttemptResult<Answer>>;

/**
 * Waits as long as nine of ten calls of the model take, then asks for a second target. `situation.second` gives one only
 * where there is quota to spare and few calls were doubled lately. The loser's reservation is settled here.
 */
export function hedged<Answer>(
  attempt: CancellableAttempt<Answer>,
  discard: (answer: Answer) => void,
  timers: Timers,
): Attempt<Answer> {
  return async (reservation, situation) => {
    const usual = reservation.target.model.measured.firstContentMs;
    const first = new AbortController();
    const call = attempt(reservation, situation, first.signal);
    if (usual === null || !(await isSlow(call, Math.max(usual, LEAST_WAIT_MS), timers))) return await call;
    const second = situation.second();
    if (second === null) return await call;
    const other = new AbortController();
    const calls = [
      call.then((result): Ended<Answer> => ({ reservation, result })),
      attempt(second, situation, other.signal).then(
        (result): Ended<Answer> => ({ reservation: second, result }),
      ),
    ];
    const winner = await firstAnswer(calls);
    if (winner === null) {
      const failed = (await Promise.all(calls)).find((ended) => ended.reservation === second);
      if (failed && "failure" in failed.result) situation.lost(second, failed.result.failure);
      return await call;
    }
    const loser = winner === reservation ? second : reservation;
    (winner === reservation ? other : first).abort();
    const ended = await Promise.all(calls);
    for (const { reservation: one, result } of ended) {
      if (one !== loser) continue;
      if ("answer" in result) discard(result.answer);
      else if (result.failure.kind === "aborted") loser.settle(spentOnFailure(loser, result.failure));
      else situation.lost(loser, result.failure);
    }
    const won = ended.find((one) => one.reservation === winner);
    return won ? { ...won.result, target: winner.target } : await call;
  };
}

/** Whether `call` is still going on after `milliseconds`. */
function isSlow(call: Promise<unknown>, milliseconds: number, timers: Timers): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = timers.after(milliseconds, () => resolve(true));
    call.finally(() => {
      timer.cancel();
      resolve(false);
    });
  });
}

/** The reservation whose call answers first; null when none does. */
function firstAnswer<Answer>(calls: readonly Promise<Ended<Answer>>[]): Promise<Reservation | null> {
  return new Promise((resolve) => {
    let left = calls.length;
    for (const call of calls) {
      call.then(({ reservation, result }) => {
        if ("answer" in result) resolve(reservation);
        else if (--left === 0) resolve(null);
      });
    }
  });
}
