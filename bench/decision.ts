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
const ROUNDS = 2_000;

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
  for (let call = 0; call < calls; call++) {
    const at = end - DAY + Math.floor((DAY * call) / calls);
    const provider = `provider-${call % PROVIDERS}`;
    const keyId = `${provider}-${1 + (Math.floor(call / PROVIDERS) % KEYS)}`;
    const model = modelKey(provider, `model-${Math.floor(call / (PROVIDERS * KEYS)) % MODELS}`);
    state.apply({
      type: "call-reserved",
      callId: call,
      keyId,
      model,
      at,
      tokens: 1_500,
      inputTokens: 500,
      estimate: 500,
    });
    const settled = { requests: 1 as const, inputTokens: 450, outputTokens: 300, counted: true };
    state.apply({ type: "call-settled", callId: call, at: at + 900, ...settled });
  }
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

/** Median microseconds of a decision in batches, from the model's name to the target. */
function time(
  state: RouterState,
  model: string,
): { microseconds: number; candidates: number; found: boolean } {
  const samples: number[] = [];
  let candidates = 0;
  let found = false;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let turn = 0; turn < 10; turn++) {
      const resolution = state.catalogue.resolve(model);
      if (resolution.kind === "unknown") throw new Error(`${model} is unknown`);
      candidates = resolution.targets.length;
      const measured = measureRequest(request, false);
      const order = {
        weights: strategyOf(resolution.strategy, DEFAULT_PREFERENCES.weights).weights,
        seed: turn,
        bound: null,
      };
      const plan = { candidates: resolution.targets, ...measured, ...order, progress: newProgress() };
      found = bestUsable(plan, end) !== null;
    }
    samples.push((performance.now() - began) * 100);
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
