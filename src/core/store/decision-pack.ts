/** A decision as text of at most a kilobyte, and back. What does not fit is left out from the least to the most telling. */
import type {
  CallStep,
  DecisionRecord,
  DecisionStep,
  FailureNote,
  PassedOver,
  Walk,
} from "../route/decision.ts";
import { TapeReader } from "../route/tape.ts";
import { callFlags, readCallFlags, readRequestFlags, requestFlags } from "./decision-flags.ts";
import { LONGEST_NAME, PLAIN_FORMAT, readPlain } from "./decision-plain.ts";

/** Bytes of UTF-8. */
export const MOST_BYTES = 1_024;

/** What is left out, until it fits: characters of messages and names, candidates and steps. */
interface Room {
  message: number;
  passed: number;
  models: number;
  steps: number;
}

const ROOMS: readonly Room[] = [
  { message: 200, passed: 6, models: 8, steps: 40 },
  { message: 60, passed: 6, models: 8, steps: 40 },
  { message: 60, passed: 2, models: 4, steps: 40 },
  { message: 0, passed: 1, models: 4, steps: 40 },
  { message: 0, passed: 0, models: 2, steps: 24 },
  { message: 0, passed: 0, models: 2, steps: 12 },
  { message: 0, passed: 0, models: 1, steps: 6 },
  { message: 0, passed: 0, models: 1, steps: 2 },
];

export function packDecision(record: DecisionRecord): string {
  let text = "";
  for (const room of ROOMS) {
    if (fits(text)) break;
    text = JSON.stringify(packed(fitted(record, room)));
  }
  return text;
}

function fits(text: string): boolean {
  // A character is three bytes at most.
  return text !== "" && (text.length * 3 <= MOST_BYTES || Buffer.byteLength(text) <= MOST_BYTES);
}

function fitted(record: DecisionRecord, room: Room): DecisionRecord {
  const { steps } = record;
  // The last one tells how it ended; what is in the middle goes first.
  const kept = steps.length <= room.steps ? steps : [...steps.slice(0, room.steps - 1), ...steps.slice(-1)];
  return {
    ...record,
    models: record.models.slice(0, room.models).map((name) => name.slice(0, LONGEST_NAME)),
    steps: kept.map((step) => fittedStep(step, room)),
    omitted: record.omitted + steps.length - kept.length,
  };
}

function fittedStep(step: DecisionStep, room: Room): DecisionStep {
  switch (step.type) {
    case "wait":
    case "count":
      return step;
    case "break":
      return { ...step, failure: fittedNote(step.failure, room) };
    case "end":
      return { ...step, ...fittedWalk(step, room) };
    case "call":
      return { ...step, ...fittedWalk(step, room), failure: step.failure && fittedNote(step.failure, room) };
  }
}

function fittedNote(note: FailureNote, { message }: Room): FailureNote {
  return { ...note, message: message === 0 ? null : (note.message?.slice(0, message) ?? null) };
}

function fittedWalk({ passed, others }: Walk, room: Room): Walk {
  const counts = { ...others };
  for (const { reason } of passed.slice(room.passed)) counts[reason] = (counts[reason] ?? 0) + 1;
  return { passed: passed.slice(0, room.passed), others: counts };
}

/** Raised with each change of the form below; what was written otherwise is not read. */
const FORMAT = 1;

/** Names that come again and again are written once. */
class Words {
  readonly list: string[] = [];

  /** There are few: looking through them is faster than a map. */
  number(word: string): number {
    const known = this.list.indexOf(word);
    return known >= 0 ? known : this.list.push(word) - 1;
  }

  optional(word: string | null): number | null {
    return word === null ? null : this.number(word);
  }
}

type PackedNote = [kind: number, rule: number, status: number | null, message: string | null, until: Instant];
type PackedWalk = [passed: (number | null)[], others: number[]];
/** Milliseconds from the request's arrival. */
type Instant = number | null;
type PackedStep =
  | [0, at: number, sequence: number, key: number, model: number, tokens: number, inputTokens: number]
  | [1, at: number, sequence: number, until: number, durationMs: number | null]
  | [2, at: number, key: number, model: number, note: PackedNote, input: number, output: number]
  | [3, at: number, sequence: number, kind: number, soonest: Instant, retryAt: Instant, PackedWalk]
  | [4, at: number, counted: number, durationMs: number];
type PackedCall = [
  ...Extract<PackedStep, [0, ...unknown[]]>,
  score: number | null,
  flags: number,
  overflowed: number,
  familyUntil: Instant,
  durationMs: number | null,
  note: PackedNote | null,
  walk: PackedWalk | null,
];
type Packed = [
  format: typeof FORMAT,
  words: string[],
  id: string,
  at: number,
  version: string,
  surface: string,
  models: string[],
  flags: number,
  input: number,
  output: number,
  strategy: DecisionRecord["strategy"],
  seed: number,
  bound: [number, number] | null,
  steps: (Exclude<PackedStep, [0, ...unknown[]]> | PackedCall)[],
  omitted: number,
  status: number,
  outcome: DecisionRecord["outcome"],
];

function packed(record: DecisionRecord): Packed {
  const words = new Words();
  const { id, at, version, surface, models, tokens, strategy, seed, bound } = record;
  const since = (instant: number | null): Instant => (instant === null ? null : instant - at);
  const note = ({ kind, rule, status, message, until }: FailureNote): PackedNote => {
    return [words.number(kind), words.number(rule), status, message, since(until)];
  };
  const walk = ({ passed, others }: Walk): PackedWalk => [
    passed.flatMap((one) => [
      ...[words.number(one.keyId), words.number(one.model), words.number(one.reason)],
      ...[since(one.until), words.optional(one.detail)],
    ]),
    Object.entries(others).flatMap(([reason, count]) => [words.number(reason), count]),
  ];
  const call = (step: CallStep): PackedCall => {
    const isPlain = step.passed.length === 0 && Object.keys(step.others).length === 0;
    const flags = callFlags(step);
    const key = words.number(step.keyId);
    const model = words.number(step.model);
    const failure = step.failure && note(step.failure);
    const way = isPlain ? null : walk(step);
    const { sequence, tokens: reserved, inputTokens, score, durationMs } = step;
    const family = since(step.familyUntil);
    const { overflowed } = step.marks;
    // biome-ignore format: one line, as it is read below
    return [0, step.at - at, sequence, key, model, reserved, inputTokens, score, flags, overflowed, family, durationMs, failure, way];
  };
  const pack = (step: DecisionStep): Packed[13][number] => {
    const when = step.at - at;
    switch (step.type) {
      case "call":
        return call(step);
      case "wait":
        return [1, when, step.sequence, step.until - at, step.durationMs];
      case "count":
        return [4, when, step.counted, step.durationMs];
      case "break": {
        const { keyId, model, failure, tokens: asked } = step;
        const place = [words.number(keyId), words.number(model)] as const;
        return [2, when, ...place, note(failure), asked.input, asked.output];
      }
      case "end": {
        const { sequence, kind, soonest, retryAt } = step;
        return [3, when, sequence, words.number(kind), since(soonest), since(retryAt), walk(step)];
      }
    }
  };
  const place: Packed[12] = bound && [words.number(bound.keyId), words.number(bound.model)];
  const flags = requestFlags(record);
  const steps = record.steps.map(pack);
  const { list } = words;
  const { input, output } = tokens;
  const { omitted, status, outcome } = record;
  // biome-ignore format: one line, as it is read below
  return [FORMAT, list, id, at, version, surface, models, flags, input, output, strategy, seed, place, steps, omitted, status, outcome];
}

/** null for what another program wrote in another form. */
export function unpackDecision(text: string): DecisionRecord | null {
  const read = JSON.parse(text) as Packed | [typeof PLAIN_FORMAT, ...unknown[]];
  // Older programs wrote plain ones, too, as documents of their own.
  if (read[0] === PLAIN_FORMAT) return readPlain(new TapeReader(read.slice(1)));
  if (read[0] !== FORMAT) return null;
  const [, words, id, at, version, surface, models, flags, input, output] = read;
  const [, , , , , , , , , , strategy, seed, bound, steps, omitted, status, outcome] = read;
  const word = (number: number): string => words[number] ?? "";
  const when = (instant: Instant): number | null => (instant === null ? null : at + instant);
  const note = ([kind, rule, replied, message, until]: PackedNote): FailureNote => ({
    kind: word(kind) as FailureNote["kind"],
    ...{ rule: word(rule), status: replied, message, until: when(until) },
  });
  const walk = ([flat, counts]: PackedWalk): Walk => {
    const passed: PassedOver[] = [];
    for (let index = 0; index < flat.length; index += 5) {
      const [key, model, reason, until = null, detail = null] = flat.slice(index, index + 5);
      passed.push({
        ...{ keyId: word(key ?? -1), model: word(model ?? -1) },
        reason: word(reason ?? -1) as PassedOver["reason"],
        ...{ until: when(until), detail: detail === null ? null : word(detail) },
      });
    }
    const others: Walk["others"] = {};
    for (let index = 0; index < counts.length; index += 2) {
      others[word(counts[index] ?? -1) as PassedOver["reason"]] = counts[index + 1] ?? 0;
    }
    return { passed, others };
  };
  const unpack = (step: Packed[13][number]): DecisionStep => {
    switch (step[0]) {
      case 0: {
        const [, offset, sequence, key, model, tokens, inputTokens, score, ...further] = step;
        const [set, overflowed, family, ms, failure, way] = further;
        return {
          ...{ type: "call", at: at + offset, sequence, keyId: word(key), model: word(model) },
          ...{ tokens, inputTokens, score, ...readCallFlags(set, overflowed) },
          ...{ familyUntil: when(family), durationMs: ms, failure: failure && note(failure) },
          ...(way === null ? { passed: [], others: {} } : walk(way)),
        };
      }
      case 1: {
        const [, offset, sequence, until, durationMs] = step;
        return { type: "wait", at: at + offset, sequence, until: at + until, durationMs };
      }
      case 2: {
        const [, offset, key, model, failure, asked, answered] = step;
        const place = { keyId: word(key), model: word(model) };
        const tokens = { input: asked, output: answered };
        return { type: "break", at: at + offset, ...place, failure: note(failure), tokens };
      }
      case 3: {
        const [, offset, sequence, kind, soonest, retryAt, way] = step;
        return {
          ...{ type: "end", at: at + offset, sequence, soonest: when(soonest), retryAt: when(retryAt) },
          kind: word(kind) as Extract<DecisionStep, { type: "end" }>["kind"],
          ...walk(way),
        };
      }
      case 4: {
        const [, offset, counted, durationMs] = step;
        return { type: "count", at: at + offset, counted, durationMs };
      }
    }
  };
  return {
    ...{ id, at, version, surface, models, strategy, seed, omitted, status, outcome },
    ...readRequestFlags(flags),
    tokens: { input, output },
    bound: bound && { keyId: word(bound[0]), model: word(bound[1]) },
    steps: steps.map(unpack),
  };
}
