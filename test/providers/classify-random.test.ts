/**
 * The class of a failure never hangs on digits or chance words in its text: a number such as 33402 is no status 402.
 * Random texts from a fixed seed, so that a failure can be repeated.
 */
import { describe, expect, test } from "vitest";
import { PROVIDER_RULES } from "../../src/providers/classify/rules/index.ts";
import { providers } from "../../src/providers/index.ts";
import { CASES, type Case } from "./classify-cases.ts";
import { classified, providerOf } from "./classify-provider.ts";
import { PROVIDER_CASES } from "./classify-provider-cases.ts";
import { NOW } from "./support.ts";

/** Park-Miller: the same sequence everywhere. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const STATUSES = [
  "400",
  "401",
  "402",
  "403",
  "404",
  "408",
  "410",
  "413",
  "422",
  "429",
  "498",
  "500",
  "503",
  "529",
];
/** Numbers and codes that mean something elsewhere, hidden in words and larger numbers. */
const CODES = ["1300", "1500", "3505", "3036", "4006", "1113"];
/** Innocent relatives of words that decide. */
const WORDS = [
  "everyday",
  "Sunday",
  "dailymotion",
  "monthlong",
  "permission",
  "rpmbuild",
  "tpmtool",
  "hourglass",
  "weekday",
  "remodel",
  "modeling",
  "contextual",
  "decontaminated",
  "keyboard",
  "insufficiently",
  "unbalanced",
  "creditable",
  "minutes",
  "perfect",
  "tokenless",
  "concurrently-ish",
  "degraded_state",
  "restrictedly",
  "policyholder",
];

function noise(random: (below: number) => number): string {
  const parts: string[] = [];
  for (let count = 3 + random(20); count > 0; count--) {
    const pick = random(4);
    const digits = String(random(1_000_000));
    if (pick === 0) parts.push(WORDS[random(WORDS.length)] ?? "");
    else if (pick === 1) parts.push(digits + (STATUSES[random(STATUSES.length)] ?? ""));
    else if (pick === 2) parts.push(STATUSES[random(STATUSES.length)] ?? "");
    else parts.push(`${CODES[random(CODES.length)]}${random(2) === 0 ? "" : digits}`);
  }
  return parts.join(" ");
}

const SHAPES: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify({ error: { message: text } }),
  (text) => JSON.stringify({ error: text }),
  (text) => JSON.stringify({ detail: text }),
  (text) => text,
];

/** What the status alone says; a text without meaning must not say more. */
const BARE = [400, 401, 402, 403, 422, 429, 500, 502, 503];
const ROUNDS = 25;

const IDS = ["custom", "sambanova", ...Object.keys(PROVIDER_RULES)];

describe.each(IDS.map((id) => [id, providerOf(id)] as const))("%s", (_, provider) => {
  test.each(BARE)("%i stays what it is", (status) => {
    const classify = (body: string) => {
      const { kind, scope, rule, until } = providers.classify(provider, {
        status,
        headers: new Headers(),
        body,
        now: NOW,
      });
      return { kind, scope, rule, until };
    };
    const random = randomFrom(status);
    const expected = classify("");
    for (let round = 0; round < ROUNDS; round++) {
      const text = noise(random);
      for (const shape of SHAPES) expect(classify(shape(text)), text).toEqual(expected);
    }
  });

  test("a decisive text decides whatever stands around it", () => {
    const random = randomFrom(7);
    for (let round = 0; round < ROUNDS; round++) {
      const message = `${noise(random)} daily limit reached ${noise(random)}`;
      const body = JSON.stringify({ error: { message } });
      const failure = providers.classify(provider, { status: 429, headers: new Headers(), body, now: NOW });
      expect(failure.kind, message).toBe("quota_day");
    }
  });
});

/** Nothing that a provider may write in its own way may change what a reply means. */
describe("a reply that a rule knows", () => {
  const replies = [...CASES, ...PROVIDER_CASES].filter(([, , , body]) => typeof body === "object");
  const outcome = ([, provider, status, body, , headers]: Case) => {
    const { kind, scope, until, parameter } = classified(provider, status, body, headers);
    return { kind, scope, until, parameter };
  };
  const changed = (reply: Case, body: unknown): Case => [
    reply[0],
    reply[1],
    reply[2],
    body,
    reply[4],
    reply[5] ?? {},
  ];

  test.each(replies)(
    "%s (%s %i) means the same in any order, with any fields and numbers beside it",
    (...reply) => {
      const random = randomFrom(11);
      const expected = outcome(reply);
      expect(outcome(changed(reply, shuffled(reply[3], random))), "order").toEqual(expected);
      for (let round = 0; round < 5; round++) {
        expect(outcome(changed(reply, withNoise(reply[3], random)))).toEqual(expected);
      }
    },
  );

  // Names of fields are what they are; the rest may be shouted.
  const worded = replies.filter(([, , , , expected]) => expected.kind !== "parameter");
  test.each(worded)("%s (%s %i) means the same in capitals and without", (...reply) => {
    const { parameter: _, ...expected } = outcome(reply);
    for (const change of [(text: string) => text.toUpperCase(), (text: string) => text.toLowerCase()]) {
      const { parameter: __, ...same } = outcome(changed(reply, mapTexts(reply[3], change)));
      expect(same).toEqual(expected);
    }
  });
});

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return isJson(value) ? value : change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, FIXED.has(key) ? item : mapTexts(item, change)]),
  );
}

/** Not words: ids of fields and quoted bodies. */
const FIXED: ReadonlySet<string> = new Set(["loc", "param", "raw", "object", "request_id"]);

function isJson(text: string): boolean {
  return /[[{]/.test(text);
}

/** The same with the fields of every object in another order. */
function shuffled(value: unknown, random: (below: number) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(
    ([key, item]) => [random(1000), key, shuffled(item, random)] as const,
  );
  return Object.fromEntries(
    fields.toSorted(([one], [other]) => other - one).map(([, key, item]) => [key, item]),
  );
}

/** The same with fields that nobody asked for beside every object, and numbers before the words of every message. */
function withNoise(value: unknown, random: (below: number) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => withNoise(item, random));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([key, item]) => {
    const isMessage = key === "message" && typeof item === "string" && !isJson(item);
    return [key, isMessage ? `${noise(random)}: ${item}` : withNoise(item, random)];
  });
  const extra = {
    request_id: noise(random),
    trace: random(1_000_000),
    status_code: 402,
    user_id: "u_429",
    count: 1302,
  };
  return Object.fromEntries([...fields, ...Object.entries(extra)]);
}
