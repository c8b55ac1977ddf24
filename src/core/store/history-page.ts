/**
 * Records of requests as the text of a page: a row costs more than what is in it, and names would be a third of the file. Times
 * are kept to the microsecond, because whole numbers are written several times as fast.
 */
import type { AttemptRecord, RequestOutcome, RequestRecord } from "../route/event.ts";
import { TapeReader, TapeWriter } from "../route/tape.ts";
import { IdReader, IdWriter } from "./page-ids.ts";

/** Units of the times within a page to a millisecond. Pages of what older programs wrote have one. */
const TICKS = 1_000;

/** What a record begins with: all is said of it, or it is one of those that nearly all are, answered by the first call. */
const WHOLE = 0;
const PLAIN = 1;
/** Added to that: it was streamed; its times are no whole milliseconds. */
const STREAMED = 2;
const FINE = 4;

/** A page while records are put into it. Nothing of a record is kept but texts and numbers. */
export class OpenPage {
  readonly #tape = new TapeWriter();
  readonly #ids = new IdWriter(this.#tape);
  readonly #start: number;
  count = 0;
  lastAt = Number.NEGATIVE_INFINITY;
  /** Smallest and largest id in it, as text. */
  firstId: string;
  lastId: string;

  /** For this record and those that follow; `add` puts it in. */
  constructor({ id, at }: RequestRecord) {
    this.#start = at;
    this.#tape.values.push(at, TICKS);
    this.firstId = id;
    this.lastId = id;
  }

  get text(): string {
    return this.#tape.text;
  }

  add(record: RequestRecord): void {
    const { id, at } = record;
    if (!this.#addPlain(record)) this.#addWhole(record);
    this.#tape.added();
    this.count++;
    if (at > this.lastAt) this.lastAt = at;
    if (id < this.firstId) this.firstId = id;
    if (id > this.lastId) this.lastId = id;
  }

  /** false, and nothing is written, for one that is not plain. */
  #addPlain(record: RequestRecord): boolean {
    const { status, outcome, servedBy, attempts, firstContentMs } = record;
    const [attempt] = attempts;
    if (attempts.length !== 1 || attempt === undefined || outcome !== "ok" || status !== 200) return false;
    if (servedBy === null || firstContentMs === null || firstContentMs !== attempt.durationMs) return false;
    const { provider, model, keyId, rule, message } = attempt;
    if (attempt.outcome !== "ok" || attempt.status !== null || rule !== null || message !== null)
      return false;
    if (servedBy.keyId !== keyId || servedBy.model !== model || servedBy.provider !== provider) return false;
    const tape = this.#tape;
    const { durationMs } = record;
    const isFine = !Number.isInteger(firstContentMs) || !Number.isInteger(durationMs);
    const first = isFine ? toTicks(firstContentMs) : firstContentMs;
    const whole = isFine ? toTicks(durationMs) : durationMs;
    const kind = PLAIN | (record.stream ? STREAMED : 0) | (isFine ? FINE : 0);
    tape.values.push(kind, record.at - this.#start);
    this.#ids.write(record.id);
    tape.values.push(
      tape.word(record.surface),
      tape.word(record.model),
      tape.word(provider),
      tape.word(model),
      tape.word(keyId),
      record.inputTokens,
      record.outputTokens,
      first,
      whole - first,
    );
    return true;
  }

  #addWhole(record: RequestRecord): void {
    const tape = this.#tape;
    const { attempts, firstContentMs } = record;
    tape.values.push(WHOLE, record.at - this.#start);
    this.#ids.write(record.id);
    tape.values.push(
      tape.word(record.surface),
      tape.word(record.model),
      record.stream ? 1 : 0,
      record.status,
      tape.word(record.outcome),
      servedValue(record),
      record.inputTokens,
      record.outputTokens,
      firstContentMs === null ? null : toTicks(firstContentMs),
      toTicks(record.durationMs),
      attempts.length,
    );
    for (const attempt of attempts) {
      tape.values.push(
        tape.word(attempt.provider),
        tape.word(attempt.model),
        tape.word(attempt.keyId),
        tape.word(attempt.outcome),
        attempt.status,
        attempt.rule === null ? null : tape.word(attempt.rule),
        attempt.message,
        toTicks(attempt.durationMs),
      );
    }
  }
}

function toTicks(milliseconds: number): number {
  return Math.round(milliseconds * TICKS);
}

/** The number of the attempt with the same target, which is usual; otherwise the target as JSON. */
function servedValue({ servedBy, attempts }: RequestRecord): number | string | null {
  if (servedBy === null) return null;
  const { provider, model, keyId } = servedBy;
  for (let index = attempts.length - 1; index >= 0; index--) {
    const attempt = attempts[index];
    if (attempt?.keyId === keyId && attempt.model === model && attempt.provider === provider) return index;
  }
  return JSON.stringify([provider, model, keyId]);
}

/** In the order in which they were added. Throws for text that is no page. */
export function readPage(text: string): RequestRecord[] {
  const tape = TapeReader.of(text);
  const start = tape.number();
  const ticks = tape.number();
  const ids = new IdReader(tape);
  const records: RequestRecord[] = [];
  while (!tape.isOver) {
    const kind = tape.number();
    const begun = { at: start + tape.number(), id: ids.read() };
    if (kind === WHOLE) records.push(readWhole(tape, ticks, begun));
    else
      records.push(
        readPlain(tape, (kind & FINE) === 0 ? 1 : ticks, { ...begun, stream: (kind & STREAMED) !== 0 }),
      );
  }
  return records;
}

function readPlain(
  tape: TapeReader,
  ticks: number,
  begun: Pick<RequestRecord, "id" | "at" | "stream">,
): RequestRecord {
  const surface = tape.word();
  const asked = tape.word();
  const servedBy = { provider: tape.word(), model: tape.word(), keyId: tape.word() };
  const used = { inputTokens: tape.number(), outputTokens: tape.number() };
  const first = tape.number();
  const firstContentMs = first / ticks;
  const told = { status: null, rule: null, message: null, durationMs: firstContentMs };
  return {
    ...{ ...begun, surface, model: asked, status: 200, outcome: "ok", servedBy },
    attempts: [{ ...servedBy, outcome: "ok", ...told }],
    ...{ ...used, firstContentMs, durationMs: (first + tape.number()) / ticks },
  };
}

function readWhole(tape: TapeReader, ticks: number, begun: Pick<RequestRecord, "id" | "at">): RequestRecord {
  const surface = tape.word();
  const model = tape.word();
  const stream = tape.number() === 1;
  const status = tape.number();
  const outcome = tape.word() as RequestOutcome;
  const served = tape.value();
  const used = { inputTokens: tape.number(), outputTokens: tape.number() };
  const first = tape.optionalNumber();
  const durationMs = tape.number() / ticks;
  const attempts = readAttempts(tape, ticks);
  return {
    ...{
      ...begun,
      surface,
      model,
      stream,
      status,
      outcome,
      servedBy: readServed(served, attempts),
      attempts,
    },
    ...{ ...used, firstContentMs: first === null ? null : first / ticks, durationMs },
  };
}

function readServed(served: number | string | null, attempts: readonly AttemptRecord[]) {
  if (served === null) return null;
  if (typeof served === "string") {
    const [provider, model, keyId] = JSON.parse(served) as [string, string, string];
    return { provider, model, keyId };
  }
  const attempt = attempts[served];
  if (attempt === undefined) return null;
  const { provider, model, keyId } = attempt;
  return { provider, model, keyId };
}

/** As older programs kept an attempt. */
type OldAttempt = [
  AttemptRecord["provider"],
  AttemptRecord["model"],
  AttemptRecord["keyId"],
  AttemptRecord["outcome"],
  AttemptRecord["status"],
  AttemptRecord["rule"],
  AttemptRecord["message"],
  AttemptRecord["durationMs"],
];

function readAttempts(tape: TapeReader, ticks: number): AttemptRecord[] {
  const count = tape.value();
  if (typeof count === "string") {
    return (JSON.parse(count) as OldAttempt[]).map((attempt) => {
      const [provider, model, keyId, outcome, status, rule, message, durationMs] = attempt;
      return { provider, model, keyId, outcome, status, rule, message, durationMs };
    });
  }
  const attempts: AttemptRecord[] = [];
  for (let index = 0; index < (count ?? 0); index++) {
    const provider = tape.word();
    const model = tape.word();
    const keyId = tape.word();
    const outcome = tape.word() as AttemptRecord["outcome"];
    const status = tape.optionalNumber();
    const rule = tape.optionalWord();
    const message = tape.optionalText();
    attempts.push({
      provider,
      model,
      keyId,
      outcome,
      status,
      rule,
      message,
      durationMs: tape.number() / ticks,
    });
  }
  return attempts;
}
