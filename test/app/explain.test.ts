/** Decisions as they are kept, told and made again, in a whole application. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTimeline } from "../../src/core/app/explain/timeline.ts";
import type { ExplanationView } from "../../src/core/command/explain.ts";
import type { DecisionRecord } from "../../src/core/route/decision.ts";
import { MOST_BYTES } from "../../src/core/store/decision-pack.ts";
import { openBunDatabase } from "../../src/core/store/driver-bun.ts";
import { temporaryDirectory } from "../store/temporary.ts";
import { HeaderSlot } from "../vault/setup.ts";
import {
  addKeys,
  answered,
  CANARY,
  type ExplainWorld,
  HELLO,
  openWorld,
  type Reply,
  refused,
  SECRET,
  seeded,
  VirtualTime,
} from "./explain-world.ts";
import { replayAll } from "./replay-all.ts";

const DECISIONS = 10_000;
const AT_ONCE = 20;

/** What upstreams do, by chance: mostly they answer. */
function moody(seed: number): () => Reply {
  const next = seeded(seed);
  const limits = (): Record<string, string> => ({
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-remaining-requests": String(Math.floor(next() * 14_400)),
    "x-ratelimit-limit-tokens": "6000",
    "x-ratelimit-remaining-tokens": String(Math.floor(next() * 6_000)),
    "x-ratelimit-reset-tokens": "3.5s",
  });
  return () => {
    const delayMs = 3 + Math.floor(next() * 400);
    const chance = next();
    if (chance < 0.8) return { ...answered(), delayMs, ...(next() < 0.4 ? { headers: limits() } : {}) };
    if (chance < 0.88)
      return refused(429, "Rate limit reached, try again in 2s", {
        delayMs,
        headers: { "retry-after": "2" },
      });
    if (chance < 0.92) return refused(429, "Too many requests", { delayMs });
    if (chance < 0.95) return refused(500, "upstream fell over", { delayMs });
    if (chance < 0.97) return refused(503, "overloaded", { delayMs });
    if (chance < 0.98) return refused(401, "Invalid API key", { delayMs });
    if (chance < 0.99) return refused(413, "Request too large", { delayMs });
    return refused(400, "This model's maximum context length is 8192 tokens", { delayMs });
  };
}

describe("replay", () => {
  it("makes 10,000 decisions again, bit for bit", { timeout: 120_000 }, async () => {
    const world = await openWorld(moody(7), { strategy: "balanced", providerIds: ["groq", "cerebras"] });
    const { application, settle } = world;
    await addKeys(world, "groq", "groq", "cerebras", "cerebras");
    const next = seeded(11);
    const models = ["auto", "auto", "auto:smart", "auto:fast", "auto:priority", "gpt-oss-120b"];
    for (let done = 0; done < DECISIONS; done += AT_ONCE) {
      const asked = Array.from({ length: AT_ONCE }, () => {
        const model = models[Math.floor(next() * models.length)] ?? "auto";
        const content = `${HELLO.messages[0]?.content} ${"x".repeat(Math.floor(next() * 3_000))}`;
        const session = next() < 0.3 ? `s${Math.floor(next() * 40)}` : null;
        const more = next() < 0.2 ? { max_tokens: 1 + Math.floor(next() * 900) } : {};
        return world.ask({ model, messages: [{ role: "user", content }], ...more }, session);
      });
      await settle(Promise.all(asked));
      // Somebody watches, and changes something now and then: neither may matter.
      if (next() < 0.05) application.keyViews();
      if (next() < 0.01) await application.snapshot();
      if (next() < 0.01)
        await settle(
          application.execute({ type: next() < 0.5 ? "key-disable" : "key-enable", id: "groq-2" }),
        );
      if (next() < 0.005)
        await application.execute({ type: "models-pin", models: ["gpt-oss-120b"], pinned: next() < 0.5 });
      await settle(world.time.sleep(Math.floor(next() * 3_000)));
    }
    const { store, decisions } = application;
    decisions.recorder.flush();
    const records = store.decisions.recent(DECISIONS);
    expect(records).toHaveLength(DECISIONS);
    const replayed = again(world, records);
    const wrong = replayed.flat().filter(({ agrees }) => !agrees);
    expect(wrong.slice(0, 3)).toEqual([]);
    const calls = records.flatMap(({ steps }) =>
      steps.filter(({ type }) => type === "call" || type === "end"),
    );
    const left = records.reduce((sum, { omitted }) => sum + (omitted > 0 ? 1 : 0), 0);
    expect(replayed.flat()).toHaveLength(calls.length - left);
    expect(calls.length).toBeGreaterThan(DECISIONS);
    // All kinds of decisions were among them.
    const steps = records.flatMap((record) => record.steps);
    expect(new Set(steps.map(({ type }) => type))).toEqual(new Set(["call", "wait", "end"]));
    expect(steps.some((step) => step.type === "call" && step.score !== null)).toBe(true);
    expect(steps.some((step) => step.type === "call" && step.passed.length > 0)).toBe(true);
    expect(records.some(({ bound }) => bound !== null)).toBe(true);

    for (const record of records.filter((_, index) => index % 997 === 0)) {
      const { replay } = await explain(world, record.id, { replay: true });
      expect(replay).toMatchObject({ agrees: true, problem: null });
    }
    const rows = world.database.prepare("SELECT documents FROM decisions").all();
    const sizes = rows.flatMap(({ documents }) => {
      const [, ...pieces] = JSON.parse(String(documents)) as unknown[][];
      return pieces.flat().flatMap((value) => (typeof value === "string" ? Buffer.byteLength(value) : []));
    });
    // Those that are not plain are whole documents.
    expect(sizes.length).toBeGreaterThan(DECISIONS / 10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MOST_BYTES);
    expect(rows.reduce((sum, row) => sum + String(row.documents).length, 0)).toBeLessThan(500 * DECISIONS);
    const logged = world.database
      .prepare("SELECT sum(length(document)) AS bytes, count(*) AS count FROM router_log")
      .get();
    expect(Number(logged?.bytes)).toBeLessThan(24 * 1024 * 1024);
    const file = Buffer.from(world.database.serialize());
    expect(file.includes(CANARY)).toBe(false);
    expect(file.includes(SECRET)).toBe(false);
    expect(file.includes("all is well")).toBe(false);
  });
});

describe("a request that was sent twice at once", () => {
  it("is decided again bit for bit, and was answered by the faster call", { timeout: 60_000 }, async () => {
    const chance = seeded(23);
    const reply = () => {
      const drawn = chance();
      if (drawn < 0.05) return refused(503, "overloaded", { delayMs: 1_500 });
      if (drawn < 0.08) {
        return refused(429, "Too many", { delayMs: 1_500, headers: { "retry-after": "1" } });
      }
      return { ...answered(), delayMs: drawn < 0.2 ? 1_500 : 20 };
    };
    const world = await openWorld(reply, { providerIds: ["groq"], hedge: true });
    await addKeys(world, "groq", "groq", "groq");
    for (let done = 0; done < 200; done++) {
      await world.settle(world.ask({ model: "gpt-oss-120b", messages: HELLO.messages }));
      await world.settle(world.time.sleep(5_000));
    }
    const { store, decisions } = world.application;
    decisions.recorder.flush();
    const records = store.decisions.recent(600);
    const replayed = again(world, records);
    expect(replayed.flat().filter(({ agrees }) => !agrees)).toEqual([]);
    const doubled = records.filter(({ steps }) =>
      steps.some((step) => step.type === "call" && step.isDouble),
    );
    expect(doubled.length).toBeGreaterThan(5);
    for (const { id } of doubled) {
      const { servedBy } = await explain(world, id);
      const record = store.history.byId(id);
      expect(servedBy?.keyId ?? null).toBe(record?.outcome === "ok" ? record.servedBy?.keyId : null);
    }
    expect(world.application.state.openCalls).toBe(0);
  });
});

describe("an answer that broke", () => {
  it("is told once, and those who could not mend it after it", async () => {
    const frame = { id: "1", object: "chat.completion.chunk", created: 1, model: "m" };
    const delta = { ...frame, choices: [{ index: 0, delta: { content: "half an " }, finish_reason: null }] };
    const cut = {
      status: 200,
      body: `data: ${JSON.stringify(delta)}\n\n`,
      headers: { "content-type": "text/event-stream" },
    };
    const replies = [cut, refused(503, "overloaded"), refused(503, "overloaded")];
    const world = await openWorld(() => replies.shift() ?? refused(503, "overloaded"), {
      providerIds: ["groq"],
    });
    await addKeys(world, "groq", "groq");
    const asked = { model: "gpt-oss-120b", messages: HELLO.messages, stream: true };
    const response = await world.settle(world.ask(asked));
    const record = world.application.store.history.byId(response.headers.get("x-request-id") ?? "");
    expect(record?.outcome).toBe("broken");
    expect(record?.attempts.map(({ keyId, outcome }) => `${keyId} ${outcome}`)).toEqual([
      "groq-1 broken_stream",
      "groq-2 server_error",
    ]);
  });
});

describe("a start", () => {
  it("is what the first decisions after it are made from again", { timeout: 60_000 }, async () => {
    const path = join(temporaryDirectory(), "freellm.db");
    const header = new HeaderSlot();
    const options = { strategy: "balanced" as const, header, providerIds: ["groq", "cerebras"] };
    const before = await openWorld(moody(5), { ...options, database: openBunDatabase(path) });
    await addKeys(before, "groq", "groq", "cerebras");
    await askOften(before, 200);
    before.application.close();

    const time = new VirtualTime(before.time.now() + 5_000);
    const world = await openWorld(moody(6), { ...options, time, database: openBunDatabase(path) });
    const documents = world.database.prepare("SELECT document FROM router_log ORDER BY number");
    const earlier = documents.all().length;
    // Somebody looks before anybody asks.
    world.application.keyViews();
    await askOften(world, 100);
    world.application.decisions.recorder.flush();
    const records = world.application.store.decisions.recent(100);
    const replayed = again(world, records).flat();
    expect(replayed.length).toBeGreaterThanOrEqual(100);
    expect(replayed.filter(({ agrees }) => !agrees)).toEqual([]);
    // No state had to be written down for it.
    expect(documents.all()[earlier]?.document).toMatch(/^\{"events":\[/);
  });

  it("is not told as a beginning once something was changed without the recorder", async () => {
    const world = await openWorld(() => answered(), { providerIds: ["groq"] });
    world.application.state.apply({ type: "models-pinned", models: [] });
    await addKeys(world, "groq");
    await world.settle(world.ask({ model: "auto", ...HELLO }));
    const { replay } = await explain(world, null, { replay: true });
    expect(replay).toMatchObject({ agrees: true, problem: null });
    const first = world.database.prepare("SELECT document FROM router_log ORDER BY number").get();
    expect(first?.document).toMatch(/^\[/);
  });
});

async function askOften(world: ExplainWorld, times: number): Promise<void> {
  for (let done = 0; done < times; done += AT_ONCE) {
    const asked = Array.from({ length: AT_ONCE }, (_, index) =>
      world.ask({ model: index % 2 === 0 ? "auto" : "gpt-oss-120b", ...HELLO }, `s${index % 7}`),
    );
    await world.settle(Promise.all(asked));
    await world.settle(world.time.sleep(1_500));
  }
}

describe("what is not kept any more", () => {
  it("is told from the trail in the history, and not decided again", async () => {
    const replies = [refused(503, "overloaded"), answered()];
    const world = await openWorld(() => replies.shift() ?? answered());
    await addKeys(world, "groq");
    await world.settle(world.ask({ model: "auto", ...HELLO }));
    const { id } = await explain(world, null);
    world.application.decisions.recorder.flush();
    world.database.execute("DELETE FROM router_log WHERE kind = 'events'");
    expect((await explain(world, id, { replay: true })).replay).toMatchObject({
      ...{ agrees: false, decisions: [] },
      problem: "Some of the events that led to it were lost.",
    });
    world.database.execute("UPDATE router_log SET version = '0.9.0'");
    expect((await explain(world, id, { replay: true })).replay?.problem).toBe(
      "It was decided by version 0.9.0; version 1.0.0-test cannot decide it again.",
    );
    expect((await explain(world, id, { full: true })).notes[0]).toContain(
      "cannot be listed: It was decided by version 0.9.0",
    );
    world.database.execute("DELETE FROM decisions");
    const old = await explain(world, id);
    expect(old).toMatchObject({
      outcome: "ok",
      steps: [{ failure: { kind: "server_error" } }, { failure: null }],
    });
    expect(old.notes[0]).toContain("last 10,000");
  });
});

function again(world: ExplainWorld, records: readonly DecisionRecord[]) {
  const sequences = records.flatMap(({ steps }) =>
    steps.flatMap((step) => ("sequence" in step ? step.sequence : [])),
  );
  const first = sequences.reduce((least, sequence) => Math.min(least, sequence));
  const last = sequences.reduce((most, sequence) => Math.max(most, sequence));
  const run = records[0]?.id.slice("req_".length, -8) ?? "";
  const { eventLog } = world.application.store;
  return replayAll(records, openTimeline(eventLog, { run, version: "1.0.0-test", first, last }));
}

async function explain(
  world: ExplainWorld,
  id: string | null,
  more: { full?: boolean; replay?: boolean; whatIf?: string } = {},
): Promise<ExplanationView> {
  const reply = await world.application.execute({ type: "explain", id, ...more });
  if (reply.type !== "explanation") throw new Error("no explanation");
  return reply.explanation;
}
