/** The decision that nearly all are, as one flat list: one name asked for, and the first candidate called. Read and written many times faster. */
import type { DecisionRecord } from "../route/decision.ts";
import { SCORE_UNITS } from "../route/score.ts";
import { fromUnits, inUnits, type TapeReader, type TapeValue, type TapeWriter } from "../route/tape.ts";
import { callFlags, readCallFlags, readRequestFlags, requestFlags } from "./decision-flags.ts";
import { IdReader, IdWriter } from "./page-ids.ts";

/** As older programs wrote it, a document for each. */
export const PLAIN_FORMAT = 2;
/** What a plain one begins with: flags. */
const BOUND = 1;
/** Waited for a family, or found windows too small. */
const RARE = 2;
/** Where the flags of the call begin, and those of the request. */
const CALL = 2;
const REQUEST = 8;

/** Of a longer name only so much is kept, so that no record with one is plain. */
export const LONGEST_NAME = 80;

/** Numbers that grow from one decision to the next are written as what they grew by. */
export class PlainWriter {
  readonly #tape: TapeWriter;
  readonly #ids: IdWriter;
  #at = 0;
  #sequence = 0;

  constructor(tape: TapeWriter) {
    this.#tape = tape;
    this.#ids = new IdWriter(tape);
  }

  /** false, and nothing is written, for a decision that is not plain. */
  write(record: DecisionRecord): boolean {
    const { at, models, tokens, bound, steps } = record;
    const [step] = steps;
    const [model] = models;
    if (steps.length !== 1 || models.length !== 1 || record.omitted > 0) return false;
    if (model === undefined || model.length > LONGEST_NAME || step?.type !== "call") return false;
    if (step.failure !== null || step.passed.length > 0) return false;
    for (const _ in step.others) return false;
    const most = tokens.input + tokens.output;
    const moreTokens = step.tokens - most;
    const moreInput = step.inputTokens - tokens.input;
    // Exactly what comes back: only fractions would not.
    if (most + moreTokens !== step.tokens || tokens.input + moreInput !== step.inputTokens) return false;
    const tape = this.#tape;
    const { overflowed } = step.marks;
    const isRare = step.familyUntil !== null || overflowed > 0;
    const kind = (bound === null ? 0 : BOUND) | (isRare ? RARE : 0);
    tape.values.push(kind | (callFlags(step) << CALL) | (requestFlags(record) << REQUEST));
    this.#ids.write(record.id);
    tape.values.push(
      at - this.#at,
      tape.word(record.version),
      tape.word(record.surface),
      tape.word(model),
      tokens.input,
      tokens.output,
      tape.word(record.strategy),
      record.seed,
      step.at - at,
      step.sequence - this.#sequence,
      tape.word(step.keyId),
      tape.word(step.model),
      moreTokens,
      moreInput,
      inUnits(step.score, SCORE_UNITS),
      step.durationMs,
      record.status,
      tape.word(record.outcome),
    );
    if (bound !== null) tape.values.push(tape.word(bound.keyId), tape.word(bound.model));
    if (isRare) tape.values.push(step.familyUntil === null ? null : step.familyUntil - at, overflowed);
    this.#at = at;
    this.#sequence = step.sequence;
    return true;
  }
}

/** Reads what a PlainWriter wrote, in the same order. */
export class PlainReader {
  readonly #tape: TapeReader;
  readonly #ids: IdReader;
  #at = 0;
  #sequence = 0;

  constructor(tape: TapeReader) {
    this.#tape = tape;
    this.#ids = new IdReader(tape);
  }

  /** `begin`: the value it begins with, which was read to know it from others. */
  read(begin: TapeValue): DecisionRecord {
    const tape = this.#tape;
    const all = Number(begin);
    const id = this.#ids.read();
    this.#at += tape.number();
    const at = this.#at;
    const version = tape.word();
    const surface = tape.word();
    const models = [tape.word()];
    const tokens = { input: tape.number(), output: tape.number() };
    const strategy = tape.word() as DecisionRecord["strategy"];
    const seed = tape.number();
    const calledAt = at + tape.number();
    this.#sequence += tape.number();
    const called = { at: calledAt, sequence: this.#sequence, keyId: tape.word(), model: tape.word() };
    const reserved = {
      tokens: tokens.input + tokens.output + tape.number(),
      inputTokens: tokens.input + tape.number(),
      score: fromUnits(tape.value(), SCORE_UNITS),
    };
    const durationMs = tape.optionalNumber();
    const ended = { status: tape.number(), outcome: tape.word() as DecisionRecord["outcome"] };
    const bound = (all & BOUND) === 0 ? null : { keyId: tape.word(), model: tape.word() };
    const isRare = (all & RARE) !== 0;
    const family = isRare ? tape.optionalNumber() : null;
    const flags = readCallFlags(all >> CALL, isRare ? tape.number() : 0);
    return {
      ...{
        id,
        at,
        version,
        surface,
        models,
        ...readRequestFlags(all >> REQUEST),
        tokens,
        strategy,
        seed,
        bound,
      },
      steps: [
        {
          ...{ type: "call", ...called, ...reserved, ...flags },
          ...{ familyUntil: family === null ? null : at + family, durationMs, failure: null },
          ...{ passed: [], others: {} },
        },
      ],
      ...{ omitted: 0, ...ended },
    };
  }
}

/** The rest of a document of PLAIN_FORMAT. */
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
