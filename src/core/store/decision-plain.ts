/** The decision that nearly all are, as one flat list: one name asked for, and the first candidate called. Read and written many times faster. */
import type { DecisionRecord } from "../route/decision.ts";
import type { TapeReader, TapeWriter } from "../route/tape.ts";
import { callFlags, readCallFlags, readRequestFlags, requestFlags } from "./decision-flags.ts";

export const PLAIN_FORMAT = 2;
/** Of a longer name only so much is kept, so that no record with one is plain. */
export const LONGEST_NAME = 80;

/** Writes the format and the decision; false, and nothing is written, for one that is not plain. */
export function writePlain(record: DecisionRecord, tape: TapeWriter): boolean {
  const { id, at, models, tokens, bound, steps } = record;
  const [step] = steps;
  const [model] = models;
  if (steps.length !== 1 || models.length !== 1 || record.omitted > 0) return false;
  if (model === undefined || model.length > LONGEST_NAME || step?.type !== "call") return false;
  if (step.failure !== null || step.passed.length > 0) return false;
  for (const _ in step.others) return false;
  tape.values.push(
    PLAIN_FORMAT,
    id,
    at,
    tape.word(record.version),
    tape.word(record.surface),
    tape.word(model),
    requestFlags(record),
    tokens.input,
    tokens.output,
    tape.word(record.strategy),
    record.seed,
    bound && tape.word(bound.keyId),
    bound && tape.word(bound.model),
    step.at - at,
    step.sequence,
    tape.word(step.keyId),
    tape.word(step.model),
    step.tokens,
    step.inputTokens,
    step.score,
    callFlags(step),
    step.marks.overflowed,
    step.familyUntil === null ? null : step.familyUntil - at,
    step.durationMs,
    record.status,
    tape.word(record.outcome),
  );
  return true;
}

/** What comes after the format. */
export function readPlain(tape: TapeReader): DecisionRecord {
  const id = tape.text();
  const at = tape.number();
  const version = tape.word();
  const surface = tape.word();
  const models = [tape.word()];
  const requested = readRequestFlags(tape.number());
  const tokens = { input: tape.number(), output: tape.number() };
  const strategy = tape.word() as DecisionRecord["strategy"];
  const seed = tape.number();
  const boundKey = tape.optionalWord();
  const boundModel = tape.optionalWord();
  const called = { at: at + tape.number(), sequence: tape.number(), keyId: tape.word(), model: tape.word() };
  const reserved = { tokens: tape.number(), inputTokens: tape.number(), score: tape.optionalNumber() };
  const flags = readCallFlags(tape.number(), tape.number());
  const family = tape.optionalNumber();
  const durationMs = tape.optionalNumber();
  const status = tape.number();
  const outcome = tape.word() as DecisionRecord["outcome"];
  return {
    ...{ id, at, version, surface, models, ...requested, tokens, strategy, seed },
    bound: boundKey === null || boundModel === null ? null : { keyId: boundKey, model: boundModel },
    steps: [
      {
        ...{ type: "call", ...called, ...reserved, ...flags },
        ...{ familyUntil: family === null ? null : at + family, durationMs, failure: null },
        ...{ passed: [], others: {} },
      },
    ],
    ...{ omitted: 0, status, outcome },
  };
}
