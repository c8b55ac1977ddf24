/** Many decisions again, on one way through time: a state for each of ten thousand would take hours. */
import type { DecisionRecord } from "../../src/core/route/decision.ts";
import { type ReplayedStep, replaying, type Timeline } from "../../src/core/route/replay.ts";

/** The first event that they saw is the timeline's next. */
export function replayAll(records: readonly DecisionRecord[], timeline: Timeline): ReplayedStep[][] {
  const results: ReplayedStep[][] = records.map(() => []);
  const waiting = new Map<number, (() => void)[]>();
  const sequences: number[] = records.flatMap(({ steps }) =>
    steps.flatMap((step) => ("sequence" in step ? step.sequence : [])),
  );
  for (const [index, record] of records.entries()) {
    const decisions = replaying(record, timeline.state, null);
    const goOn = (): void => {
      const next = decisions.next();
      if (next.done) results[index] = next.value;
      else waiting.set(next.value, [...(waiting.get(next.value) ?? []), goOn]);
    };
    goOn();
  }
  for (const sequence of [...new Set(sequences)].sort((one, other) => one - other)) {
    timeline.advance(sequence);
    // One that decides twice with nothing between waits for the same again.
    for (let ready = waiting.get(sequence); ready !== undefined; ready = waiting.get(sequence)) {
      waiting.delete(sequence);
      for (const goOn of ready) goOn();
    }
  }
  return results;
}
