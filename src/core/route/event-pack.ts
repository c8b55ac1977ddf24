/** Events as compact text, many at a time, and back. What does not decide anything is left out: messages, rules, records of requests. */
import type { Failure } from "../chat/failure.ts";
import { archiveText, archiveValues } from "./archive.ts";
import type { RouterEvent } from "./event.ts";
import type { LimitObservation } from "./limits.ts";

/** Names that come again and again are written once. */
class Words {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.list.length);
    return this.list.push(word) - 1;
  }
}

type Reserved = [1, call: number, key: number, model: number, at: number, tokens: number, input: number];
type PackedEvent =
  /** Changes nothing. */
  | 0
  | [...Reserved, estimate: number, attempt: number | null, isDouble: 0 | 1]
  | [2, call: number, at: number, requests: 0 | 1, input: number, output: number, 0 | 1, ms: number | null]
  | [3, call: number | null, key: number, model: number, at: number, firstContentMs: number]
  | [
      4,
      key: number,
      model: number,
      at: number,
      kind: number,
      scope: number,
      until: number | null,
      number | null,
    ]
  | [5, key: number, model: number, at: number, observations: PackedObservation[]]
  | [6, conversation: string, key: number, model: number, at: number]
  | [7, scope: string, kind: number, until: number, at: number, guessed: 0 | 1]
  /** Rare ones, as they are. */
  | string;
type PackedObservation = [
  metric: number,
  window: number,
  subject: number | null,
  cap: number | null,
  remaining: number | null,
  resetAt: number | null,
];
type Packed = [words: string[], start: number, events: PackedEvent[]];

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

/** Rare events hold objects that the state goes on with: those are written at once. */
export type LoggedEvent = RouterEvent | string;

/** What is to be kept of an event until it is packed. */
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
    case "key-set":
      return archiveText({ ...event, key: { ...event.key, detail: null } });
    case "key-state-changed":
      return archiveText({ ...event, detail: null });
    default:
      return archiveText(event);
  }
}

export function packEvents(events: readonly LoggedEvent[]): string {
  const words = new Words();
  const start = events.reduce((found, event) => found || timeOf(event), 0);
  const packed = events.map((event) => (typeof event === "string" ? event : pack(event, words, start)));
  return JSON.stringify([words.list, start, packed] satisfies Packed);
}

function timeOf(event: LoggedEvent): number {
  return typeof event === "object" && "at" in event ? event.at : 0;
}

function pack(event: RouterEvent, words: Words, start: number): PackedEvent {
  switch (event.type) {
    case "request-finished":
      return 0;
    case "call-reserved": {
      const { callId, at, tokens, inputTokens, estimate, attempt = null } = event;
      const key = words.number(event.keyId);
      const model = words.number(event.model);
      const double = event.isDouble === true ? 1 : 0;
      return [1, callId, key, model, at - start, tokens, inputTokens, estimate, attempt, double];
    }
    case "call-settled": {
      const { callId, at, requests, inputTokens, outputTokens, counted, generationMs = null } = event;
      return [2, callId, at - start, requests, inputTokens, outputTokens, counted ? 1 : 0, generationMs];
    }
    case "call-succeeded": {
      const { callId = null, keyId, model, at, firstContentMs } = event;
      return [3, callId, words.number(keyId), words.number(model), at - start, firstContentMs];
    }
    case "call-failed": {
      const { kind, scope, until = null, status = null } = event.failure;
      const place = [words.number(event.keyId), words.number(event.model), event.at - start] as const;
      return [4, ...place, words.number(kind), words.number(scope), until, status];
    }
    case "limit-observed": {
      const { keyId, model, at, observations } = event;
      const seen = observations.map((one): PackedObservation => {
        const { cap = null, remaining = null, resetAt = null } = one;
        const subject = one.subject === undefined ? null : words.number(one.subject);
        return [words.number(one.metric), words.number(one.window), subject, cap, remaining, resetAt];
      });
      return [5, words.number(keyId), words.number(model), at - start, seen];
    }
    case "conversation-bound":
      return [6, event.conversation, words.number(event.keyId), words.number(event.model), event.at - start];
    case "rest-set":
      return [7, event.scope, words.number(event.kind), event.until, event.at - start, event.guessed ? 1 : 0];
    default:
      return archiveText(event);
  }
}

/** null for an event that changes nothing. */
export function unpackEvents(text: string): (RouterEvent | null)[] {
  const [words, start, events] = JSON.parse(text) as Packed;
  // The words were written by `pack`, each where it belongs.
  const word = <T extends string>(number: number): T => (words[number] ?? "") as T;
  return events.map((packed) => {
    if (packed === 0) return null;
    return typeof packed === "string" ? (archiveValues(packed) as RouterEvent) : unpack(packed, word, start);
  });
}

function unpack(
  packed: Exclude<PackedEvent, 0 | string>,
  word: <T extends string>(number: number) => T,
  start: number,
): RouterEvent {
  switch (packed[0]) {
    case 1: {
      const [, callId, key, model, at, tokens, inputTokens, estimate, attempt, isDouble] = packed;
      return {
        ...{ type: "call-reserved", callId, keyId: word(key), model: word(model), at: at + start },
        ...{ tokens, inputTokens, estimate },
        ...(attempt === null ? {} : { attempt }),
        ...(isDouble === 1 ? { isDouble: true } : {}),
      };
    }
    case 2: {
      const [, callId, at, requests, inputTokens, outputTokens, counted, ms] = packed;
      return {
        ...{ type: "call-settled", callId, at: at + start, requests, inputTokens, outputTokens },
        ...{ counted: counted === 1, ...(ms === null ? {} : { generationMs: ms }) },
      };
    }
    case 3: {
      const [, callId, key, model, at, firstContentMs] = packed;
      const call = callId === null ? {} : { callId };
      const place = { keyId: word(key), model: word(model), at: at + start };
      return { type: "call-succeeded", ...call, ...place, firstContentMs };
    }
    case 4: {
      const [, key, model, at, kind, scope, until, status] = packed;
      const place = { keyId: word(key), model: word(model), at: at + start };
      const stated = { ...(until === null ? {} : { until }), ...(status === null ? {} : { status }) };
      const about = { kind: word<Failure["kind"]>(kind), scope: word<Failure["scope"]>(scope) };
      const failure = { ...about, rule: "", message: "", ...stated };
      return { type: "call-failed", ...place, failure };
    }
    case 5: {
      const [, key, model, at, seen] = packed;
      const observations = seen.map(([metric, window, subject, cap, remaining, resetAt]) => ({
        ...{ metric: word<LimitObservation["metric"]>(metric) },
        ...{ window: word<LimitObservation["window"]>(window) },
        ...(subject === null ? {} : { subject: word<NonNullable<LimitObservation["subject"]>>(subject) }),
        ...(cap === null ? {} : { cap }),
        ...(remaining === null ? {} : { remaining }),
        ...(resetAt === null ? {} : { resetAt }),
      }));
      return { type: "limit-observed", keyId: word(key), model: word(model), at: at + start, observations };
    }
    case 6: {
      const [, conversation, key, model, at] = packed;
      const place = { keyId: word(key), model: word(model), at: at + start };
      return { type: "conversation-bound", conversation, ...place };
    }
    case 7: {
      const [, scope, kind, until, at, isGuessed] = packed;
      const guessed = isGuessed === 1 ? { guessed: true as const } : {};
      return { type: "rest-set", scope, kind: word(kind), until, at: at + start, ...guessed };
    }
  }
}
