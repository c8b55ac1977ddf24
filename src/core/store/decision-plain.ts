/** The decision that nearly all are, as one flat list: one name asked for, and the first candidate called. Read and written many times faster. */
import type { DecisionRecord } from "../route/decision.ts";
import { callFlags, readCallFlags, readRequestFlags, requestFlags } from "./decision-flags.ts";

export const PLAIN_FORMAT = 2;
/** Of a longer name only so much is kept, so that no record with one is plain. */
export const LONGEST_NAME = 80;

export type PackedPlain = [
  format: typeof PLAIN_FORMAT,
  id: string,
  at: number,
  version: string,
  surface: string,
  model: string,
  flags: number,
  input: number,
  output: number,
  strategy: DecisionRecord["strategy"],
  seed: number,
  boundKey: string | null,
  boundModel: string | null,
  offset: number,
  sequence: number,
  keyId: string,
  called: string,
  tokens: number,
  inputTokens: number,
  score: number | null,
  stepFlags: number,
  overflowed: number,
  familyUntil: number | null,
  durationMs: number | null,
  status: number,
  outcome: DecisionRecord["outcome"],
];

/** null for a decision that is not plain. */
export function packPlain(record: DecisionRecord): string | null {
  const { id, at, version, surface, models, tokens, bound, steps } = record;
  const [step] = steps;
  const [model] = models;
  if (steps.length !== 1 || models.length !== 1 || record.omitted > 0) return null;
  if (model === undefined || model.length > LONGEST_NAME || step?.type !== "call") return null;
  if (step.failure !== null || step.passed.length > 0) return null;
  for (const _ in step.others) return null;
  const family = step.familyUntil === null ? null : step.familyUntil - at;
  const packed: PackedPlain = [
    PLAIN_FORMAT,
    id,
    at,
    version,
    surface,
    model,
    requestFlags(record),
    tokens.input,
    tokens.output,
    record.strategy,
    record.seed,
    bound?.keyId ?? null,
    bound?.model ?? null,
    step.at - at,
    step.sequence,
    step.keyId,
    step.model,
    step.tokens,
    step.inputTokens,
    step.score,
    callFlags(step),
    step.marks.overflowed,
    family,
    step.durationMs,
    record.status,
    record.outcome,
  ];
  return JSON.stringify(packed);
}

export function unpackPlain(packed: PackedPlain): DecisionRecord {
  const [, id, at, version, surface, model, flags, input, output, strategy, seed, ...further] = packed;
  const [boundKey, boundModel, offset, sequence, keyId, called, tokens, inputTokens, ...about] = further;
  const [score, stepFlags, overflowed, family, durationMs, status, outcome] = about;
  return {
    ...{ id, at, version, surface, models: [model], strategy, seed, omitted: 0, status, outcome },
    ...readRequestFlags(flags),
    tokens: { input, output },
    bound: boundKey === null || boundModel === null ? null : { keyId: boundKey, model: boundModel },
    steps: [
      {
        ...{ type: "call", at: at + offset, sequence, keyId, model: called, tokens, inputTokens, score },
        ...readCallFlags(stepFlags, overflowed),
        ...{ familyUntil: family === null ? null : at + family, durationMs, failure: null },
        ...{ passed: [], others: {} },
      },
    ],
  };
}
