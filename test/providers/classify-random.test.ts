/**
 * The class of a failure never hangs on digits or chance words in its text: a number such as 33402 is no status 402.
 * Random texts from a fixed seed, so that a failure can be repeated.
 */
import { describe, expect, test } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { everyProvider, NOW } from "./support.ts";

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
const ROUNDS = 80;

describe.each(everyProvider.map((provider) => [provider.id, provider] as const))("%s", (_, provider) => {
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
