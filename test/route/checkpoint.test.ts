/** The routing state written down whole: what is read again decides the same, whoever looked at the first one meanwhile. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAILURE_KINDS } from "../../src/core/chat/failure.ts";
import { availability } from "../../src/core/route/availability.ts";
import { checkpointOf, stateFrom } from "../../src/core/route/checkpoint.ts";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { bestUsable, newProgress, plan } from "../../src/core/route/plan.ts";
import { scoreParts, strategyOf } from "../../src/core/route/score.ts";
import { RouterState } from "../../src/core/route/state.ts";
import { limit, NOON, World } from "./world.ts";

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

const PROVIDERS = ["groq", "google", "mistral"] as const;

function furnish(apply: (event: RouterEvent) => void): void {
  const world = new World();
  world.apply = apply;
  world.provider("groq", [
    { id: "a", limits: [limit({ metric: "tokens", window: "minute", cap: 900, reset: "refill" })] },
    { id: "b", limits: [limit({ metric: "requests", window: "day", cap: 40, reset: { zone: "UTC" } })] },
  ]);
  world.provider("google", [
    {
      id: "c",
      limits: [
        limit({ metric: "requests", window: "minute", cap: 12, scope: "key" }),
        limit({ metric: "input_tokens", window: "hour", cap: 4_000, pool: "all" }),
      ],
    },
  ]);
  world.provider("mistral", [
    { id: "d" },
    { id: "e", limits: [limit({ metric: "concurrency", window: "minute", cap: 2 })] },
  ]);
  for (const provider of PROVIDERS) world.key(`${provider}-1`).key(`${provider}-2`, "shared");
}

/** Random events on every model, as a server would see them. */
function* life(seed: number, steps: number): Generator<{ event: RouterEvent; now: number }> {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const open: number[] = [];
  let now = NOON;
  let calls = 0;
  for (let step = 0; step < steps; step++) {
    now += Math.floor(next() * (step % 50 === 0 ? 900_000 : 1_500));
    const provider = pick(PROVIDERS);
    const model = `${provider}/${pick({ groq: ["a", "b"], google: ["c"], mistral: ["d", "e"] }[provider])}`;
    const keyId = `${provider}-${1 + Math.floor(next() * 2)}`;
    const place = { keyId, model, at: now };
    const chance = next();
    const event = ((): RouterEvent => {
      if (chance < 0.35 || open.length === 0) {
        const tokens = 20 + Math.floor(next() * 200);
        open.push(++calls);
        const attempt = 1 + Math.floor(next() * 2);
        return {
          type: "call-reserved",
          callId: calls,
          ...place,
          tokens,
          inputTokens: 15,
          estimate: 15,
          attempt,
        };
      }
      if (chance < 0.6) {
        const [callId = 0] = open.splice(Math.floor(next() * open.length), 1);
        const spent = { requests: next() < 0.9 ? (1 as const) : (0 as const), counted: next() < 0.7 };
        return {
          type: "call-settled",
          callId,
          at: now,
          inputTokens: 11 + Math.floor(next() * 9),
          outputTokens: 40,
          generationMs: 300,
          ...spent,
        };
      }
      if (chance < 0.7) return { type: "call-succeeded", ...place, firstContentMs: next() * 900 };
      if (chance < 0.8) {
        const failure = { kind: pick(FAILURE_KINDS), scope: "target" as const, rule: "x", message: "" };
        return { type: "call-failed", ...place, failure };
      }
      if (chance < 0.84)
        return {
          type: "rest-set",
          scope: `target:${keyId} ${model}`,
          kind: "rate_unknown",
          until: now + 9_000,
          at: now,
        };
      if (chance < 0.93) {
        const about = {
          metric: pick(["requests", "tokens"] as const),
          window: pick(["minute", "day"] as const),
        };
        return {
          type: "limit-observed",
          ...place,
          observations: [{ ...about, cap: 60, remaining: Math.floor(next() * 60) }],
        };
      }
      if (chance < 0.96) return { type: "conversation-bound", conversation: `c${calls}`, ...place };
      if (chance < 0.97) return { type: "parameter-refused", model, parameter: "seed" };
      if (chance < 0.98) return { type: "key-state-changed", keyId, state: "unknown", detail: null, at: now };
      if (chance < 0.99) return { type: "models-pinned", models: [model] };
      return { type: "model-enabled", model, enabled: next() < 0.7 };
    })();
    yield { event, now };
  }
}

/** Everything that a decision says, and how it came about. */
function decided(state: RouterState, now: number, seed: number): unknown {
  const resolution = state.catalogue.resolve("auto");
  const candidates = resolution.kind === "unknown" ? [] : resolution.targets;
  const needs = { tools: false, vision: false, jsonSchema: false, private: false };
  const base = { candidates, needs, tokens: { input: 30, output: 50 }, seed, bound: null };
  const weights = strategyOf("balanced", state.catalogue.preferences.weights).weights;
  const request = { ...base, weights: seed % 2 === 0 ? weights : null, progress: newProgress() };
  const best = bestUsable(request, now);
  const verdicts = [...plan(request, now)].map(({ target, obstacle }) => [
    ...[target.key.id, target.model.key, target.ordinal, obstacle?.reason, obstacle?.until],
    scoreParts(target, now),
  ]);
  return [
    best?.ordinal,
    best?.key.id,
    best?.model.key,
    verdicts,
    state.allowsRetry,
    state.allowsHedge,
    state.openCalls,
  ];
}

function apply(state: RouterState, event: RouterEvent): void {
  // An event is applied as it comes out of a log: nothing is shared between states.
  state.apply(structuredClone(event));
  state.catalogue.prepare();
}

describe("a checkpoint", () => {
  it.each([1, 2, 3, 4])("goes on just like the state that it was taken of, seed %d", (seed) => {
    const live = new RouterState();
    furnish((event) => apply(live, event));
    let copies: RouterState[] = [];
    let step = 0;
    const looks = random(seed);
    for (const { event, now } of life(seed, 800)) {
      apply(live, event);
      for (const copy of copies) apply(copy, event);
      if (++step % 200 === 0) {
        const checkpoint = checkpointOf(live);
        copies = [...copies.slice(-2), stateFrom(checkpoint)];
        expect(checkpointOf(stateFrom(checkpoint))).toBe(checkpoint);
      }
      // Somebody looks at the first one only.
      if (looks() < 0.3) availability([...live.catalogue.targets], now + Math.floor(looks() * 50));
      if (step % 3 !== 0) continue;
      const expected = decided(live, now + 60, step);
      for (const copy of copies) expect(decided(copy, now + 60, step)).toEqual(expected);
    }
    expect(copies).toHaveLength(3);
  });

  it("keeps keys that call in flight, and what they took", () => {
    const world = new World();
    world.provider("groq", [
      { id: "a", limits: [limit({ metric: "concurrency", window: "minute", cap: 1 })] },
    ]);
    world.key("groq-1");
    const call = world.reserve("groq-1", "a");
    const copy = stateFrom(checkpointOf(world.state));
    expect(copy.openCalls).toBe(1);
    expect(decided(copy, NOON, 1)).toEqual(decided(world.state, NOON, 1));
    copy.apply({
      type: "call-settled",
      callId: call,
      at: NOON,
      requests: 1,
      inputTokens: 1,
      outputTokens: 1,
      counted: true,
    });
    expect(copy.openCalls).toBe(0);
    expect(bestOf(copy)).toBe("groq-1");
  });

  /** Fields that tell when limits will be reached, or can be made again. */
  const LEFT_OUT = new Set([
    "#pace",
    "#names",
    "#alike",
    "#left",
    "#fadedSteps",
    "#fadedRate",
    "#speedPart",
    "#speedClass",
    "#cap",
    "#span",
    "#slot",
    "#hold",
    "#window",
    "#zone",
    "#zones",
    "#guard",
    "#length",
    "#used",
    "#usedFrom",
    "#usedUntil",
  ]);
  /** Classes of the state; what else lies there is made for one question. */
  const FILES = [
    "sliding-window",
    "refill-window",
    "fixed-window",
    "others",
    "counter",
    "counters",
    "catalogue",
    "model-entry",
    "drains",
    "health",
    "measured",
    "conversation",
    "state",
  ];

  it("leaves no field out: each is named in its class's archive", () => {
    const folder = join(import.meta.dirname, "../../src/core/route");
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(FILES.map((name) => `${name}.ts`)));
    const missing = FILES.flatMap((name) => {
      const source = readFileSync(join(folder, `${name}.ts`), "utf8");
      return source
        .split(/^(?:export )?class /m)
        .slice(1)
        .flatMap((body) => {
          const fields = [...body.matchAll(/^ {2}(?:readonly )?(#?\w+)(?:: [^=;(]+)?(?: = .*|;)$/gm)].map(
            (match) => match[1] ?? "",
          );
          const start = body.indexOf("  archive(");
          const archive = body.slice(start, body.indexOf("\n  }\n", start));
          return fields
            .filter((field) => !LEFT_OUT.has(field) && !archive.includes(field))
            .map((field) => `${name}: ${field}`);
        });
    });
    // Those are handed over when it is made.
    const handed = ["counter: provider", "counter: owner", "counter: subject", "counter: kind"];
    const ofModel = ["key", "model", "provider", "outage", "pin"].map((field) => `model-entry: ${field}`);
    expect(missing).toEqual([...handed, ...ofModel]);
  });
});

function bestOf(state: RouterState): string | undefined {
  const resolution = state.catalogue.resolve("auto");
  const candidates = resolution.kind === "unknown" ? [] : resolution.targets;
  const needs = { tools: false, vision: false, jsonSchema: false, private: false };
  const base = { candidates, needs, tokens: { input: 30, output: 50 }, seed: 0, bound: null, weights: null };
  return bestUsable({ ...base, progress: newProgress() }, NOON)?.key.id;
}
