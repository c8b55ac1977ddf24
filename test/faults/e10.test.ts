/** E10: the client leaves; the upstream sees it within 250 ms, whatever the phase, and nobody is called after that. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { cutAfter, hang, hangAfterHeaders, type Step, stallAfter, tooMany } from "../support/steps.ts";
import type { Upstream } from "../support/upstream.ts";
import { words } from "./support/faithful.ts";
import { chunk, EVENTS } from "./support/frames.ts";
import { RawCall } from "./support/raw.ts";
import { eventually } from "./support/stage.ts";

const WITHIN_MS = 250;
const WHOLE = words(60);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

function ask(model: string, stream: boolean, headers: Record<string, string> = {}): RawCall {
  return new RawCall(stage, { model, stream, messages: [{ role: "user", content: "Hello" }] }, { headers });
}

/** From the client's leave to the abort that the upstream sees at its last call. */
async function abortedAfter(upstream: Upstream | undefined, leftAt: number): Promise<number> {
  const call = upstream?.calls.at(-1);
  await eventually("the call is aborted", () => call?.abortedAt !== null, 2_000);
  return (call?.abortedAt ?? Number.POSITIVE_INFINITY) - leftAt;
}

/** Half of a whole answer, then silence. */
const halfABody: Step = (exchange) => {
  exchange.raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"id":');
};

/** Thinks on and on. */
const thinking: Step = async (exchange) => {
  exchange.begin(200, EVENTS);
  while (!exchange.over) {
    exchange.chunk(chunk({ reasoning_content: "hm " }));
    await exchange.sleep(10);
  }
};

const PHASES: [string, Step, boolean, string | null][] = [
  ["before headers", hang, true, null],
  ["before headers of a whole answer", hang, false, null],
  ["before content", hangAfterHeaders, true, null],
  ["inside a whole answer", halfABody, false, null],
  ["in the middle of a stream", stallAfter(21, { content: WHOLE }), true, "word20 "],
  ["while it thinks", thinking, true, "hm "],
];

describe("while a call is open", () => {
  it.each(PHASES)("%s", async (name, step, stream, seen) => {
    const model = name.replaceAll(" ", "-");
    const [only, other] = await stage.endpoints(model, [step, null]);
    const raw = ask(model, stream);
    await eventually("it is called", () => only?.upstream.calls.length === 1);
    if (seen === null) await sleep(100);
    else await raw.saw(seen);
    expect(await abortedAfter(only?.upstream, raw.leave())).toBeLessThanOrEqual(WITHIN_MS);
    await sleep(150);
    expect(only?.upstream.calls).toHaveLength(1);
    expect(other?.upstream.calls).toHaveLength(0);
  });

  it("right after the request", async () => {
    const [only] = await stage.endpoints("at-once", [hang]);
    const raw = ask("at-once", true);
    await eventually("it is called", () => only?.upstream.calls.length === 1);
    expect(await abortedAfter(only?.upstream, raw.leave())).toBeLessThanOrEqual(WITHIN_MS);
  });

  it("at the second target, after the first failed", async () => {
    const [first, second] = await stage.endpoints("second", [tooMany(), hang]);
    const raw = ask("second", true);
    await eventually("the second is called", () => second?.upstream.calls.length === 1);
    expect(await abortedAfter(second?.upstream, raw.leave())).toBeLessThanOrEqual(WITHIN_MS);
    expect(first?.upstream.calls).toHaveLength(1);
  });

  it("during a rescue", async () => {
    const [, second, third] = await stage.endpoints("rescue", [
      cutAfter(41, { content: WHOLE }),
      hangAfterHeaders,
      null,
    ]);
    const raw = ask("rescue", true);
    await eventually("the second is called", () => second?.upstream.calls.length === 1);
    expect(await abortedAfter(second?.upstream, raw.leave())).toBeLessThanOrEqual(WITHIN_MS);
    await sleep(150);
    expect(third?.upstream.calls).toHaveLength(0);
  });
});

describe("while no call is open", () => {
  it.each([true, false])("during the wait before the retry (stream: %s): it never comes", async (stream) => {
    const model = `backoff-${stream}`;
    const [only] = await stage.endpoints(model, [tooMany(1)]);
    const raw = ask(model, stream);
    await eventually("it is called", () => only?.upstream.calls.length === 1);
    await sleep(150);
    raw.leave();
    await sleep(1_500);
    expect(only?.upstream.calls).toHaveLength(1);
  });

  it("while it waits for a place: the place goes to the next in line at once", async () => {
    const [only] = await stage.endpoints("place", [hang], { concurrency: 1 });
    const holder = ask("place", true);
    await eventually("the place is taken", () => only?.upstream.calls.length === 1);
    const waiting = ask("place", true);
    await sleep(150);
    waiting.leave();
    await sleep(100);
    const next = ask("place", true);
    await sleep(100);
    expect(only?.upstream.calls).toHaveLength(1);
    const leftAt = holder.leave();
    await eventually("the next one is called", () => only?.upstream.calls.length === 2, 2_000);
    expect((only?.upstream.calls[1]?.at ?? 0) - leftAt).toBeLessThanOrEqual(2 * WITHIN_MS);
    next.leave();
    await sleep(200);
    expect(only?.upstream.calls).toHaveLength(2);
  });
});

it("nobody is blamed: a target whose clients leave is used on", async () => {
  const [first, second] = await stage.endpoints("blameless", [hangAfterHeaders, null]);
  for (let call = 1; call <= 6; call++) {
    const raw = ask("blameless", true);
    await eventually("the first is called", () => first?.upstream.calls.length === call);
    raw.leave();
    await eventually("the call is over", () => first?.upstream.calls.at(-1)?.abortedAt !== null);
  }
  expect(second?.upstream.calls).toHaveLength(0);
});
