/** What requests add up to in slots of time, in memory. */
import type { RequestRecord } from "../route/event.ts";
import { addDuration, addHistogram, type Histogram, newHistogram } from "./histogram.ts";

/** Length of a slot in milliseconds. */
export type RollupSpan = 300_000 | 3_600_000 | 86_400_000;

export const FINEST: RollupSpan = 300_000;

/** What happened to some calls. */
export interface RollupSum {
  /** Calls of the target; requests of clients where it stands for all. */
  requests: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  /** Of what succeeded: until the end, and until the first content. */
  durations: Histogram;
  firstContents: Histogram;
}

/** What happened in one slot: to one model on one key, or, where these are "", to all requests of clients. */
export interface Rollup extends RollupSum {
  /** Epoch milliseconds. */
  start: number;
  provider: string;
  model: string;
  keyId: string;
}

/** Sums by slot. */
export class Slots {
  readonly #sums = new Map<string, Rollup[]>();
  readonly all: Rollup[] = [];

  /** Those of one key are few: looking through them is faster than making a name of all. */
  find(start: number, provider: string, model: string, keyId: string): Rollup | undefined {
    const sums = this.#sums.get(keyId);
    if (sums === undefined) return undefined;
    for (const sum of sums) {
      if (sum.model === model && sum.start === start && sum.provider === provider) return sum;
    }
    return undefined;
  }

  add(sum: Rollup): Rollup {
    const sums = this.#sums.get(sum.keyId);
    if (sums === undefined) this.#sums.set(sum.keyId, [sum]);
    else sums.push(sum);
    this.all.push(sum);
    return sum;
  }

  of(start: number, provider: string, model: string, keyId: string): Rollup {
    return this.find(start, provider, model, keyId) ?? this.add(emptyRollup(start, provider, model, keyId));
  }
}

/**
 * The request as its client saw it, then each call that it took, in the finest slots. A client that left is no failure of
 * anybody's.
 */
export function addRecord(slots: Slots, record: RequestRecord): void {
  const { inputTokens, outputTokens, outcome, attempts, servedBy, durationMs } = record;
  const start = startOf(record.at, FINEST);
  const whole = slots.of(start, "", "", "");
  addCall(whole, outcome === "failed" || outcome === "broken", inputTokens, outputTokens);
  if (outcome === "ok") addTimes(whole, durationMs, record.firstContentMs);
  let before = 0;
  for (let index = 0; index < attempts.length; index++) {
    const attempt = attempts[index];
    if (attempt === undefined) continue;
    const sum = slots.of(start, attempt.provider, attempt.model, attempt.keyId);
    const served = servedBy !== null && index === attempts.length - 1;
    const failed = attempt.outcome !== "ok" && attempt.outcome !== "aborted";
    addCall(sum, failed, served ? inputTokens : 0, served ? outputTokens : 0);
    if (served && outcome === "ok") {
      // What came before is not the doing of this target.
      const first = record.firstContentMs;
      addTimes(sum, Math.max(0, durationMs - before), first === null ? null : Math.max(0, first - before));
    }
    before += attempt.durationMs;
  }
}

/** The same in slots of a longer span, of which the finer ones are parts. */
export function coarser(sums: readonly Rollup[], span: RollupSpan): Rollup[] {
  const slots = new Slots();
  for (const sum of sums) {
    addSum(slots.of(startOf(sum.start, span), sum.provider, sum.model, sum.keyId), sum);
  }
  return slots.all;
}

export function startOf(at: number, span: RollupSpan): number {
  return at - (at % span);
}

/** Adds `more` to `sum`, in place. */
export function addSum<Sum extends RollupSum>(sum: Sum, more: RollupSum): Sum {
  sum.requests += more.requests;
  sum.failed += more.failed;
  sum.inputTokens += more.inputTokens;
  sum.outputTokens += more.outputTokens;
  addHistogram(sum.durations, more.durations);
  addHistogram(sum.firstContents, more.firstContents);
  return sum;
}

function addCall(sum: Rollup, failed: boolean, inputTokens: number, outputTokens: number): void {
  sum.requests++;
  if (failed) sum.failed++;
  sum.inputTokens += inputTokens;
  sum.outputTokens += outputTokens;
}

/** Of what succeeded. */
function addTimes(sum: Rollup, durationMs: number, firstContentMs: number | null): void {
  addDuration(sum.durations, durationMs);
  if (firstContentMs !== null) addDuration(sum.firstContents, firstContentMs);
}

export function emptyRollup(start: number, provider: string, model: string, keyId: string): Rollup {
  const names = { start, provider, model, keyId };
  const counts = { requests: 0, failed: 0, inputTokens: 0, outputTokens: 0 };
  return { ...names, ...counts, durations: newHistogram(), firstContents: newHistogram() };
}
