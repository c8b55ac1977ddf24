/** What is kept of decisions: never more than a kilobyte each, never more than the last ones, and nothing lost that fits. */
import { describe, expect, it } from "vitest";
import type { CallStep, DecisionRecord, DecisionStep, PassedOver } from "../../src/core/route/decision.ts";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { packEvents, unpackEvents } from "../../src/core/route/event-pack.ts";
import { MOST_BYTES, packDecision, unpackDecision } from "../../src/core/store/decision-pack.ts";
import { DecisionPage, readDecisions } from "../../src/core/store/decision-page.ts";
import { KEPT_DECISIONS } from "../../src/core/store/decisions.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { openStore } from "../../src/core/store/store.ts";
import { ManualTimers } from "./ports.ts";

const AT = Date.UTC(2026, 10, 24, 12);

function call(number: number, more: Partial<CallStep> = {}): CallStep {
  return {
    ...{ type: "call", at: AT + number * 400, sequence: 1_000 + number * 7, keyId: `groq-${number}` },
    ...{ model: `groq/model-${number}`, tokens: 2_345, inputTokens: 1_321, score: null, isDouble: false },
    ...{ familyUntil: null, sparesFailing: false, durationMs: 312, failure: null, passed: [], others: {} },
    marks: { tried: false, retried: false, refused: false, objected: false, overflowed: 0 },
    ...more,
  };
}

function passed(number: number): PassedOver {
  const detail = `${number} requests a minute`;
  return {
    keyId: `mistral-${number}`,
    model: `mistral/m-${number}`,
    reason: "limit",
    until: AT + 900,
    detail,
  };
}

function failing(number: number, message: string): CallStep {
  return call(number, {
    failure: { kind: "rate_minute", rule: `groq/rule-${number}`, status: 429, message, until: AT + 5_000 },
    marks: { tried: true, retried: true, refused: false, objected: true, overflowed: 8_192 },
    passed: Array.from({ length: 6 }, (_, index) => passed(index)),
    others: { resting: 3, usable: 1 },
  });
}

function decision(steps: DecisionStep[], more: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    ...{ id: "req_0123456789abcdef00000001", at: AT, version: "1.2.3", surface: "openai-chat" },
    ...{
      models: ["auto"],
      known: true,
      needs: { tools: true, vision: false, jsonSchema: true, private: false },
    },
    ...{ tokens: { input: 1_200, output: 1_024 }, strategy: "balanced", seed: 1, bound: null },
    ...{ steps, omitted: 0, status: 200, outcome: "ok" },
    ...more,
  };
}

const END: DecisionStep = {
  ...{ type: "end", at: AT + 9_000, sequence: 9_999, kind: "waiting", soonest: AT + 60_000, retryAt: null },
  ...{ passed: [passed(1)], others: { breaker_open: 2 } },
};
const BREAK: DecisionStep = {
  ...{
    type: "break",
    at: AT + 2_000,
    keyId: "groq-1",
    model: "groq/model-1",
    tokens: { input: 5, output: 6 },
  },
  failure: { kind: "broken_stream", rule: "generic/cut", status: null, message: "cut off", until: null },
};
const WAIT: DecisionStep = { type: "wait", at: AT + 1, sequence: 1_001, until: AT + 800, durationMs: 797 };
const COUNT: DecisionStep = { type: "count", at: AT + 2_010, counted: 7_412, durationMs: 14 };

describe("a record", () => {
  it("comes back as it was", () => {
    const short = failing(1, "Rate limit reached");
    short.passed.length = 2;
    const record = decision(
      [WAIT, short, BREAK, COUNT, call(2, { score: 0.123_456_789_012_345, isDouble: true }), END],
      {
        models: ["gpt-oss-120b", "auto"],
        bound: { keyId: "groq-1", model: "groq/model-1" },
      },
    );
    expect(unpackDecision(packDecision(record))).toEqual(record);
  });

  it.each([
    ["first of all", call(1)],
    ["with a score and marks", call(3, { score: 0.25, familyUntil: AT + 900, sparesFailing: true })],
  ])("of a request that was simply served comes back, too: %s", (_, step) => {
    const record = decision([step], { bound: { keyId: "groq-1", model: "groq/model-1" } });
    const page = new DecisionPage();
    const other = decision([WAIT, step, END]);
    for (const one of [record, other, record]) page.add(one);
    expect(readDecisions(page.text)).toEqual([record, other, record]);
  });

  it("that an older program kept is read", () => {
    const plain =
      '[2,"req_0123456789abcdef00000001",1795521600000,"1.2.3","openai-chat","auto",11,1200,1024,"balanced",1,' +
      '"groq-1","groq/model-1",400,1007,"groq-1","groq/model-1",2345,1321,0.25,2,0,900,312,200,"ok"]';
    const step = call(1, { score: 0.25, familyUntil: AT + 900, sparesFailing: true });
    const record = decision([step], { bound: { keyId: "groq-1", model: "groq/model-1" } });
    const other = decision([WAIT, step, END]);
    expect(readDecisions([plain, packDecision(other)].join("\n"))).toEqual([record, other]);
    expect(readDecisions(plain)).toEqual([record]);
  });

  it("of a plain request takes an eighth of a kilobyte beside the words", () => {
    const [one, two] = [1, 2].map((count) => {
      const page = new DecisionPage();
      for (let added = 0; added < count; added++) page.add(decision([call(1)]));
      return page.text.length;
    });
    expect((two ?? 0) - (one ?? 0)).toBeLessThan(128);
  });

  it.each([1, 5, 20, 40])(
    "of %d failed calls is no longer than a kilobyte, and says how it ended",
    (calls) => {
      const steps = Array.from({ length: calls }, (_, index) => failing(index, "ü".repeat(300)));
      const text = packDecision(
        decision([...steps, END], { models: Array.from({ length: 30 }, () => "n".repeat(500)) }),
      );
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_BYTES);
      const kept = unpackDecision(text);
      expect(kept?.steps[0]).toMatchObject({
        type: "call",
        failure: { kind: "rate_minute", rule: "groq/rule-0" },
      });
      expect(kept?.steps.at(-1)).toMatchObject({ type: "end", kind: "waiting" });
      expect((kept?.steps.length ?? 0) + (kept?.omitted ?? 0)).toBe(calls + 1);
    },
  );

  it("of another form is not read", () => {
    expect(unpackDecision("[99]")).toBeNull();
  });
});

describe("the store", () => {
  it("keeps the last ones, across a restart", async () => {
    const database = await openSqljsDatabase();
    const { decisions } = openStore({ database, timers: new ManualTimers() });
    for (let number = 1; number <= KEPT_DECISIONS + 300; number++) {
      decisions.add(() => decision([], { id: `req_${number}` }));
    }
    decisions.flush();
    // Rows go as a whole: five hundred are written at once, the last three hundred by the flush.
    expect(decisions.recent(20_000)).toHaveLength(KEPT_DECISIONS + 300);
    expect(decisions.find("req_1")).toMatchObject({ id: "req_1" });
    expect(decisions.recent(3).map(({ id }) => id)).toEqual([10_300, 10_299, 10_298].map((n) => `req_${n}`));
    const again = openStore({ database, timers: new ManualTimers() }).decisions;
    expect(again.count).toBe(KEPT_DECISIONS + 300);
    again.add(() => decision([], { id: "req_new" }));
    expect(again.recent(2).map(({ id }) => id)).toEqual(["req_new", `req_${KEPT_DECISIONS + 300}`]);
    for (let number = 0; number < 200; number++)
      again.add(() => decision([], { id: `req_further_${number}` }));
    again.flush();
    expect(again.find("req_500")).toBeNull();
    expect(again.find("req_501")).toMatchObject({ id: "req_501" });
  });

  it("makes a record at the end of the turn, not on the way, and writes a quarter of a second later", async () => {
    const database = await openSqljsDatabase();
    const timers = new ManualTimers();
    const { decisions } = openStore({ database, timers });
    const rows = () => database.prepare("SELECT count(*) AS rows FROM decisions").get()?.rows;
    let made = 0;
    const make = (): DecisionRecord => {
      made++;
      return decision([]);
    };
    decisions.add(make);
    expect(made).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect([made, rows()]).toEqual([1, 0]);
    decisions.add(make);
    timers.ring();
    expect([made, rows()]).toEqual([2, 1]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(decisions.recent(5)).toHaveLength(2);
  });

  it("gives up a record that cannot be made, and keeps the others", async () => {
    const errors: unknown[] = [];
    const database = await openSqljsDatabase();
    const onError = (error: unknown) => void errors.push(error);
    const { decisions } = openStore({ database, timers: new ManualTimers(), onError });
    decisions.add(() => decision([], { id: "req_1" }));
    decisions.add(() => {
      throw new Error("no record");
    });
    decisions.add(() => decision([], { id: "req_3" }));
    expect(decisions.recent(5).map(({ id }) => id)).toEqual(["req_3", "req_1"]);
    expect(errors).toEqual([new Error("no record")]);
  });

  it("lets go of events that no kept decision needs, and of the oldest beyond a size", async () => {
    const database = await openSqljsDatabase();
    const { eventLog } = openStore({ database, timers: new ManualTimers() });
    const state = (sequence: number) => ({ run: "r", version: "1", sequence, document: "[]" });
    const rows = () => database.prepare("SELECT kind, sequence FROM router_log ORDER BY number").all();
    eventLog.addState(state(0), 0);
    eventLog.addEvents("r", { sequence: 1, document: "[]" });
    eventLog.addState(state(100), 500);
    eventLog.addState(state(200), KEPT_DECISIONS);
    expect(rows()).toHaveLength(4);
    eventLog.addState(state(300), KEPT_DECISIONS + 500);
    expect(rows().map(({ sequence }) => sequence)).toEqual([100, 200, 300]);
    expect(eventLog.stateBefore("r", 99)).toBeNull();
    expect(eventLog.stateBefore("r", 250)).toMatchObject({ sequence: 200 });
    expect(eventLog.stateBefore("other", 250)).toBeNull();
    for (let number = 0; number < 12; number++) {
      eventLog.addEvents("r", { sequence: 301 + number, document: "x".repeat(4 * 1024 * 1024) });
      eventLog.addState(state(400 + number), KEPT_DECISIONS + 501);
    }
    const size = database.prepare("SELECT sum(bytes) AS bytes FROM router_log").get();
    expect(size?.bytes).toBeLessThanOrEqual(24 * 1024 * 1024);
    expect(size?.bytes).toBeGreaterThan(12 * 1024 * 1024);
  });
});

describe("packed events", () => {
  const place = { keyId: "groq-1", model: "groq/a", at: AT + 5 };
  const events: RouterEvent[] = [
    {
      type: "call-reserved",
      callId: 7,
      ...place,
      tokens: 30,
      inputTokens: 10,
      estimate: 9,
      attempt: 2,
      isDouble: true,
    },
    { type: "call-reserved", callId: 8, ...place, tokens: 30, inputTokens: 10, estimate: 9 },
    {
      type: "call-settled",
      callId: 7,
      at: AT + 9,
      requests: 1,
      inputTokens: 3,
      outputTokens: 4,
      counted: true,
      generationMs: 2.5,
    },
    {
      type: "call-settled",
      callId: 8,
      at: AT + 9,
      requests: 0,
      inputTokens: 0,
      outputTokens: 0,
      counted: false,
    },
    { type: "call-succeeded", callId: 7, ...place, firstContentMs: 12.345_678_9 },
    {
      type: "limit-observed",
      ...place,
      observations: [
        { metric: "tokens", window: "day", subject: "pool", cap: 5, remaining: 0, resetAt: AT + 99 },
        { metric: "requests", window: "minute" },
      ],
    },
    {
      ...{ type: "usage-observed", keyId: place.keyId, at: AT + 5, isLate: true },
      observations: [
        {
          ...{ metric: "requests", window: "day", scope: "account", pool: ":free", reset: { zone: "UTC" } },
          ...{ cap: 50, remaining: 12, resetAt: AT + 99 },
        },
      ],
    },
    ...[0, 12, 300.125, 0.1 + 0.2, 1 / 3].flatMap((ms, index): RouterEvent[] => [
      { type: "call-succeeded", callId: 9 + index, ...place, firstContentMs: ms },
      {
        ...{ type: "call-settled", callId: 9 + index, at: AT + 7, requests: 1, inputTokens: 1 },
        ...{ outputTokens: 2, counted: true, generationMs: ms },
      },
    ]),
    { type: "conversation-bound", conversation: "c1", ...place },
    { type: "rest-set", scope: "key:groq-1", kind: "rate_minute", until: AT + 60, at: AT + 6 },
    { type: "rest-cleared", scope: "key:groq-1" },
    { type: "models-pinned", models: ["groq/a"] },
    {
      type: "preferences-set",
      preferences: {
        strategy: "smart",
        weights: { quality: 1, success: 1, speed: 1, quota: Number.POSITIVE_INFINITY },
        profiles: {},
        aliases: {},
        private: true,
      },
    },
  ];

  it("come back as they were", () => {
    expect(unpackEvents(packEvents(events))).toEqual(events);
  });

  it("hold no message and no record of a request", () => {
    const failure = {
      kind: "invalid_key",
      scope: "key",
      until: AT + 9,
      status: 401,
      rule: "r/1",
      message: "said in private",
    } as const;
    const key = {
      id: "groq-1",
      provider: "groq",
      account: "groq/a",
      state: "invalid",
      detail: "said in private",
    } as const;
    const text = packEvents([
      { type: "call-failed", ...place, failure },
      { type: "key-set", key },
      { type: "key-state-changed", keyId: "groq-1", state: "invalid", detail: "said in private", at: AT },
    ]);
    expect(text).not.toContain("said in private");
    expect(unpackEvents(text)[0]).toEqual({
      type: "call-failed",
      ...place,
      failure: { ...failure, rule: "", message: "" },
    });
  });
});
