/** The decision that nearly all are, as one flat list: one name asked for, and the first candidate called. Read and written many times faster. */
import type { DecisionRecord } from "../route/decision.ts";
import { bits, flag } from "./flags.ts";

export const PLAIN_FORMAT = 2;
const LONGEST_NAME = 80;

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
  const { id, at, version, surface, models, needs, tokens, bound, steps } = record;
  const [step] = steps;
  const [model] = models;
  if (steps.length !== 1 || models.length !== 1 || record.omitted > 0) return null;
  if (model === undefined || model.length > LONGEST_NAME || step?.type !== "call") return null;
  if (step.failure !== null || step.passed.length > 0) return null;
  for (const _ in step.others) return null;
  const { isDouble, sparesFailing, marks, familyUntil } = step;
  const flags = bits([record.known, needs.tools, needs.vision, needs.jsonSchema, needs.private]);
  const { tried, retried, refused, objected } = marks;
  const stepFlags = bits([isDouble, sparesFailing, tried, retried, refused, objected]);
  const family = familyUntil === null ? null : familyUntil - at;
  const packed: PackedPlain = [
    PLAIN_FORMAT,
    id,
    at,
    version,
    surface,
    model,
    flags,
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
    stepFlags,
    marks.overflowed,
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
    known: flag(flags, 0),
    needs: {
      ...{ tools: flag(flags, 1), vision: flag(flags, 2) },
      ...{ jsonSchema: flag(flags, 3), private: flag(flags, 4) },
    },
    tokens: { input, output },
    bound: boundKey === null || boundModel === null ? null : { keyId: boundKey, model: boundModel },
    steps: [
      {
        ...{ type: "call", at: at + offset, sequence, keyId, model: called, tokens, inputTokens, score },
        ...{ isDouble: flag(stepFlags, 0), sparesFailing: flag(stepFlags, 1) },
        ...{ familyUntil: family === null ? null : at + family, durationMs, failure: null },
        marks: {
          ...{ tried: flag(stepFlags, 2), retried: flag(stepFlags, 3), refused: flag(stepFlags, 4) },
          ...{ objected: flag(stepFlags, 5), overflowed },
        },
        ...{ passed: [], others: {} },
      },
    ],
  };
}
