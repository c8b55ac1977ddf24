/** One routing decision alone: 300 candidates with four limits each, and a million past calls behind them. `bun bench/decision.ts`. */
import type { ChatRequest } from "../src/core/chat/request.ts";
import { measureRequest } from "../src/core/route/estimate.ts";
import { modelKey, type RoutedModel } from "../src/core/route/event.ts";
import type { LimitSpec } from "../src/core/route/limits.ts";
import { bestUsable, newProgress } from "../src/core/route/plan.ts";
import { DEFAULT_PREFERENCES } from "../src/core/route/preferences.ts";
import { strategyOf } from "../src/core/route/score.ts";
import { RouterState } from "../src/core/route/state.ts";

const PROVIDERS = 30;
const KEYS = 5;
const MODELS = 2;
const PAST_CALLS = Number(process.argv[2] ?? 1_000_000);
const DAY = 86_400_000;
const ROUNDS = 10_000;
const PAUSE_MS = 137;

const end = Date.UTC(2026, 10, 24, 12);
const capabilities = { tools: true, vision: false, jsonSchema: true, reasoning: false };

function limit(metric: LimitSpec["metric"], window: LimitSpec["window"], cap: number): LimitSpec {
  return { scope: "account", pool: null, metric, window, cap, reset: "sliding", source: "documented" };
}

/** Caps that the past calls leave room in, but for the requests of the day of the first `blocked` providers. */
function build(blocked: number): RouterState {
  const state = new RouterState();
  for (let number = 0; number < PROVIDERS; number++) {
    const id = `provider-${number}`;
    const models = Array.from({ length: MODELS }, (_, index): RoutedModel => {
      const limits = [
        limit("requests", "minute", 30_000),
        limit("requests", "day", number < blocked ? 1 : 10_000_000),
        limit("tokens", "minute", 100_000_000),
        limit("tokens", "day", 1_000_000_000_000),
      ];
      return {
        ...{
          provider: id,
          id: `model-${index}`,
          family: `model-${index}`,
          name: `Model ${index}`,
          aliases: [],
        },
        ...{ contextWindow: 131_072, maxOutputTokens: 8_192, capabilities, limits, enabled: true },
        ...{ intelligence: index, speed: null, dataUse: "unknown" as const },
      };
    });
    state.apply({
      type: "provider-set",
      provider: { id, name: id, failedCallsCount: "yes", firstContentMs: null },
      models,
    });
    for (let key = 1; key <= KEYS; key++) {
      const keyId = `${id}-${key}`;
      state.apply({
        type: "key-set",
        key: { id: keyId, provider: id, account: `${id}/${key}`, state: "healthy", detail: null },
      });
    }
  }
  return state;
}

function serve(state: RouterState, calls: number): void {
  for (let number = 0; number < calls; number++) {
    const at = end - DAY + Math.floor((DAY * number) / calls);
    const provider = `provider-${number % PROVIDERS}`;
    const keyId = `${provider}-${1 + (Math.floor(number / PROVIDERS) % KEYS)}`;
    const model = modelKey(provider, `model-${Math.floor(number / (PROVIDERS * KEYS)) % MODELS}`);
    call(state, number, keyId, model, at);
  }
}

function call(state: RouterState, callId: number, keyId: string, model: string, at: number): void {
  const reserved = { tokens: 1_500, inputTokens: 500, estimate: 500 };
  state.apply({ type: "call-reserved", callId, keyId, model, at, ...reserved });
  const settled = { requests: 1 as const, inputTokens: 450, outputTokens: 300, counted: true };
  state.apply({ type: "call-settled", callId, at: at + 900, ...settled });
}

const request: ChatRequest = {
  model: "auto",
  messages: [{ role: "user", content: "Hello" }],
  tools: [],
  sampling: {},
  stream: true,
  includeUsage: false,
  bytes: 400,
};

/**
 * Median microseconds of a decision, from the model's name to the target. Time goes on between two of them, and what was chosen is
 * called: what one decision found out is not simply true for the next.
 */
function time(
  state: RouterState,
  model: string,
): { microseconds: number; candidates: number; found: boolean } {
  const samples: number[] = [];
  let candidates = 0;
  let found = false;
  let at = end;
  for (let round = 0; round < ROUNDS; round++) {
    at += PAUSE_MS;
    const began = performance.now();
    const resolution = state.catalogue.resolve(model);
    if (resolution.kind === "unknown") throw new Error(`${model} is unknown`);
    const measured = measureRequest(request, false);
    const order = {
      weights: strategyOf(resolution.strategy, DEFAULT_PREFERENCES.weights).weights,
      seed: round,
      bound: null,
    };
    const plan = { candidates: resolution.targets, ...measured, ...order, progress: newProgress() };
    const target = bestUsable(plan, at);
    samples.push((performance.now() - began) * 1_000);
    candidates = resolution.targets.length;
    found = target !== null;
    if (target !== null) call(state, PAST_CALLS + round, target.key.id, target.model.key, at);
  }
  samples.sort((a, b) => a - b);
  return { microseconds: samples[samples.length >> 1] ?? Number.NaN, candidates, found };
}

console.log(
  `${PROVIDERS} providers x ${KEYS} keys x ${MODELS} models, ${PAST_CALLS} past calls (good 50 us, aim 10 us)`,
);
for (const [label, blocked, model] of [
  ["the first candidate is usable", 0, "auto"],
  ["the first half is at its cap", PROVIDERS / 2, "auto"],
  ["all are at their cap", PROVIDERS, "auto"],
  ["by score, all usable", 0, "auto:balanced"],
  ["by score, the first half is at its cap", PROVIDERS / 2, "auto:balanced"],
] as const) {
  const state = build(blocked);
  serve(state, PAST_CALLS);
  const { microseconds, candidates, found } = time(state, model);
  console.log(
    `${label}: ${microseconds.toFixed(2)} us, ${candidates} candidates, ${found ? "found" : "none"}`,
  );
}
