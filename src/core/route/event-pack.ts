/** Events as compact text, many at a time, and back. What does not decide anything is left out: messages, rules, records of requests. */
import type { Failure } from "../chat/failure.ts";
import { archiveText, archiveValues } from "./archive.ts";
import type { RouterEvent } from "./event.ts";
import type { LimitObservation } from "./limits.ts";
import { fromUnits, inUnits, TapeReader, TapeWriter } from "./tape.ts";

/** What an event begins with; a rare one is a text instead, as it is. */
const NOTHING = 0;
const RESERVED = 1;
const SETTLED = 2;
const SUCCEEDED = 3;
const FAILED = 4;
const OBSERVED = 5;
const BOUND = 6;
const RESTED = 7;
/** Instead of the number of a word: shorter than null. */
const NO_WORD = -1;
/** Units of durations to a millisecond. */
const TICKS = 1_000;
/** No event: the time that those behind it count from. */
const START = 8;

/** Fields of events that the compact forms have, or leave out on purpose. */
interface Packable {
  "call-reserved":
    | ("callId" | "requestId" | "keyId" | "model" | "at" | "tokens" | "inputTokens")
    | ("estimate" | "attempt" | "isDouble");
  "call-settled": "callId" | "at" | "requests" | "inputTokens" | "outputTokens" | "counted" | "generationMs";
  "call-succeeded": "callId" | "keyId" | "model" | "at" | "firstContentMs";
  "call-failed": "keyId" | "model" | "at" | "failure";
  "limit-observed": "keyId" | "model" | "at" | "observations";
  "conversation-bound": "conversation" | "keyId" | "model" | "at";
  "rest-set": "scope" | "kind" | "until" | "at" | "guessed";
}
type Forgotten<T extends keyof Packable> = Exclude<
  keyof Extract<RouterEvent, { type: T }>,
  Packable[T] | "type"
>;
/** The compiler refuses this where an event got a field that its compact form does not know. */
export const NOTHING_FORGOTTEN: { [T in keyof Packable]: Forgotten<T> extends never ? true : never } =
  Object.freeze({
    "call-reserved": true,
    "call-settled": true,
    "call-succeeded": true,
    "call-failed": true,
    "limit-observed": true,
    "conversation-bound": true,
    "rest-set": true,
  });

/** What is kept of an event for a while. Rare ones hold objects that the state goes on with: those are written at once. */
export type LoggedEvent = RouterEvent | string;

export function loggedEvent(event: RouterEvent): LoggedEvent {
  switch (event.type) {
    case "request-finished":
    case "call-reserved":
    case "call-settled":
    case "call-succeeded":
    case "call-failed":
    case "limit-observed":
    case "conversation-bound":
    case "rest-set":
      return event;
    default:
      return rareText(event);
  }
}

function rareText(event: RouterEvent): string {
  switch (event.type) {
    case "key-set":
      return archiveText({ ...event, key: { ...event.key, detail: null } });
    case "key-state-changed":
      return archiveText({ ...event, detail: null });
    default:
      return archiveText(event);
  }
}

/** What numbers count from. */
interface Base {
  /** Of the first event that has one; 0 before. */
  at: number;
  /** The call that was last reserved: most that is told of calls is of the latest ones. */
  call: number;
}

function newBase(): Base {
  return { at: 0, call: 0 };
}

/** Events while they happen. Each is packed when it is added: nothing of it is kept but numbers and names. */
export class EventPage {
  #tape = new TapeWriter();
  #base = newBase();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(event: RouterEvent): void {
    const tape = this.#tape;
    if (this.#base.at === 0 && "at" in event) {
      this.#base.at = event.at;
      tape.values.push(START, event.at);
    }
    write(event, tape, this.#base);
    tape.added();
    this.#count++;
  }

  /** The text of all that was added since the last time. */
  take(): string {
    const { text } = this.#tape;
    this.#tape = new TapeWriter();
    this.#base = newBase();
    this.#count = 0;
    return text;
  }
}

export function packEvents(events: Iterable<RouterEvent>): string {
  const page = new EventPage();
  for (const event of events) page.add(event);
  return page.take();
}

function write(event: RouterEvent, tape: TapeWriter, base: Base): void {
  const start = base.at;
  const { values } = tape;
  switch (event.type) {
    case "request-finished":
      values.push(NOTHING);
      break;
    case "call-reserved": {
      const { callId, tokens, inputTokens, estimate, attempt = null } = event;
      values.push(
        RESERVED,
        callId - base.call,
        tape.word(event.keyId),
        tape.word(event.model),
        event.at - start,
      );
      values.push(tokens, inputTokens, estimate, attempt, event.isDouble === true ? 1 : 0);
      base.call = callId;
      break;
    }
    case "call-settled": {
      const { callId, requests, inputTokens, outputTokens, generationMs = null } = event;
      values.push(SETTLED, callId - base.call, event.at - start, requests, inputTokens, outputTokens);
      values.push(event.counted ? 1 : 0, inUnits(generationMs, TICKS));
      break;
    }
    case "call-succeeded":
      values.push(
        SUCCEEDED,
        since(event.callId ?? null, base.call),
        tape.word(event.keyId),
        tape.word(event.model),
      );
      values.push(event.at - start, inUnits(event.firstContentMs, TICKS));
      break;
    case "call-failed": {
      const { kind, scope, until = null, status = null } = event.failure;
      values.push(FAILED, tape.word(event.keyId), tape.word(event.model), event.at - start);
      values.push(tape.word(kind), tape.word(scope), since(until, start), status);
      break;
    }
    case "limit-observed":
      values.push(OBSERVED, tape.word(event.keyId), tape.word(event.model), event.at - start);
      values.push(event.observations.length);
      for (const seen of event.observations) {
        const { subject, cap = null, remaining = null, resetAt = null } = seen;
        values.push(tape.word(seen.metric), tape.word(seen.window));
        values.push(
          subject === undefined ? NO_WORD : tape.word(subject),
          cap,
          remaining,
          since(resetAt, start),
        );
      }
      break;
    case "conversation-bound":
      values.push(
        BOUND,
        event.conversation,
        tape.word(event.keyId),
        tape.word(event.model),
        event.at - start,
      );
      break;
    case "rest-set":
      values.push(RESTED, event.scope, tape.word(event.kind), event.until - start, event.at - start);
      values.push(event.guessed ? 1 : 0);
      break;
    default:
      values.push(rareText(event));
  }
}

/** What fits into few digits; a time to the bit, as both are of this age. */
function since(at: number | null, start: number): number | null {
  return at === null ? null : at - start;
}

/** null for an event that changes nothing. Throws for text of another form. */
export function unpackEvents(text: string): (RouterEvent | null)[] {
  const tape = TapeReader.of(text);
  const base = newBase();
  const events: (RouterEvent | null)[] = [];
  while (!tape.isOver) {
    const kind = tape.value();
    if (kind === START) base.at = tape.number();
    else if (typeof kind === "string") events.push(archiveValues(kind) as RouterEvent);
    else events.push(kind === NOTHING ? null : read(kind, tape, base));
  }
  return events;
}

/** What comes after the kind, in the order in which it was written. */
function read(kind: number | null, tape: TapeReader, base: Base): RouterEvent {
  const start = base.at;
  // The words were written by `write`, each where it belongs.
  const word = <T extends string>(): T => tape.word() as T;
  const time = (): number => start + tape.number();
  const place = () => ({ keyId: tape.word(), model: tape.word(), at: time() });
  switch (kind) {
    case RESERVED: {
      const call = { callId: base.call + tape.number(), ...place() };
      base.call = call.callId;
      const need = { tokens: tape.number(), inputTokens: tape.number(), estimate: tape.number() };
      const attempt = tape.optionalNumber();
      const isDouble = tape.number() === 1;
      return {
        ...{ type: "call-reserved", ...call, ...need, ...(attempt === null ? {} : { attempt }) },
        ...(isDouble ? { isDouble } : {}),
      };
    }
    case SETTLED: {
      const call = { callId: base.call + tape.number(), at: time(), requests: tape.number() as 0 | 1 };
      const used = { inputTokens: tape.number(), outputTokens: tape.number(), counted: tape.number() === 1 };
      const ms = fromUnits(tape.value(), TICKS);
      return { type: "call-settled", ...call, ...used, ...(ms === null ? {} : { generationMs: ms }) };
    }
    case SUCCEEDED: {
      const callId = tape.optionalNumber();
      const call = callId === null ? {} : { callId: base.call + callId };
      return {
        type: "call-succeeded",
        ...call,
        ...place(),
        firstContentMs: fromUnits(tape.value(), TICKS) ?? 0,
      };
    }
    case FAILED: {
      const failed = place();
      const about = { kind: word<Failure["kind"]>(), scope: word<Failure["scope"]>(), rule: "", message: "" };
      const until = tape.optionalNumber();
      const status = tape.optionalNumber();
      const stated = {
        ...(until === null ? {} : { until: start + until }),
        ...(status === null ? {} : { status }),
      };
      return { type: "call-failed", ...failed, failure: { ...about, ...stated } };
    }
    case OBSERVED: {
      const seen = place();
      const observations = Array.from({ length: tape.number() }, () => readObservation(tape, start));
      return { type: "limit-observed", ...seen, observations };
    }
    case BOUND:
      return { type: "conversation-bound", conversation: tape.text(), ...place() };
    case RESTED: {
      const rest = { scope: tape.text(), kind: word<Failure["kind"]>(), until: time(), at: time() };
      return { type: "rest-set", ...rest, ...(tape.number() === 1 ? { guessed: true as const } : {}) };
    }
    default:
      throw new TypeError(`There is no event of the kind ${kind}.`);
  }
}

function readObservation(tape: TapeReader, start: number): LimitObservation {
  const metric = tape.word() as LimitObservation["metric"];
  const window = tape.word() as LimitObservation["window"];
  const written = tape.number();
  const subject =
    written === NO_WORD ? null : (tape.wordOf(written) as NonNullable<LimitObservation["subject"]>);
  const cap = tape.optionalNumber();
  const remaining = tape.optionalNumber();
  const resetAt = tape.optionalNumber();
  return {
    ...{ metric, window, ...(subject === null ? {} : { subject }) },
    ...(cap === null ? {} : { cap }),
    ...(remaining === null ? {} : { remaining }),
    ...(resetAt === null ? {} : { resetAt: start + resetAt }),
  };
}
