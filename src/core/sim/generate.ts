/** A random small world for each seed: up to six targets with any limits, faults, arrivals and restarts. */
import { modelKey, type RoutedKey, type RoutedModel } from "../route/event.ts";
import { type LimitSpec, type LimitWindow, WINDOW_MS } from "../route/limits.ts";
import { Dice } from "./dice.ts";
import { guardOf } from "./evidence.ts";
import { randomLimits, TOKENS } from "./random-limits.ts";
import type { SimFault, SimProvider, SimRequest, SimRestart, SimWorld } from "./world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Changes of clocks, ends of months and years, a leap day, an ordinary noon. */
const INSTANTS = [
  Date.UTC(2026, 2, 8, 10),
  Date.UTC(2026, 10, 1, 9),
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 9, 25, 1),
  Date.UTC(2026, 10, 2, 8),
  Date.UTC(2026, 11, 1),
  Date.UTC(2027, 0, 1, 8),
  Date.UTC(2028, 1, 29, 0),
  Date.UTC(2026, 10, 24, 12),
] as const;

const FAULTS: Readonly<Record<SimFault, number>> = {
  ...{ server_error: 0.1, unavailable: 0.06, transport: 0.05, silence: 0.04, busy: 0.08 },
  ...{ parameter: 0.03, filtered: 0.02, wrong_request: 0.02, model_gone: 0.02, cut: 0.06 },
};

/** The schedule of a seed. */
export function randomWorld(seed: number): SimWorld {
  const dice = new Dice(seed);
  // The first numbers of neighbouring seeds are alike.
  for (let skipped = 0; skipped < 3; skipped++) dice.fraction();
  return dice.chance(0.1) ? saturatedWorld(seed, dice) : ordinaryWorld(seed, dice);
}

function ordinaryWorld(seed: number, dice: Dice): SimWorld {
  const limitsKnown = dice.chance(0.85);
  const estimatesHold = dice.chance(0.8);
  const faulty = dice.chance(0.6);
  const providers: SimProvider[] = [];
  const count = dice.between(1, 3);
  for (let number = 0; number < count; number++) {
    providers.push(
      randomProvider(`p${number}`, dice, { limitsKnown, estimatesHold, faulty, left: 6 / count }),
    );
  }
  const limits = providers.flatMap((provider) => [...provider.limits.values()].flat());
  const window = limits.length === 0 ? "minute" : limits[dice.between(0, limits.length - 1)]?.window;
  const span = WINDOW_MS[window ?? "minute"];
  const start = dice.pick(INSTANTS) - Math.floor(dice.fraction() * Math.min(span, DAY));
  const requests = randomRequests(dice, providers, start, span);
  const end = requests.at(-1)?.at ?? start;
  for (const provider of providers) addTroubles(provider, dice, faulty, start, end);
  return {
    seed,
    start,
    end,
    providers,
    requests,
    clients: 0,
    limitsKnown,
    estimatesHold,
    restarts: randomRestarts(dice, start, end),
    strategy: dice.chance(0.6) ? "priority" : dice.pick(["balanced", "smart", "fast", "reliable"] as const),
  };
}

interface Traits {
  limitsKnown: boolean;
  estimatesHold: boolean;
  faulty: boolean;
  /** Targets that this provider may have. */
  left: number;
}

function randomProvider(id: string, dice: Dice, traits: Traits): SimProvider {
  const modelCount = dice.between(1, Math.min(2, traits.left));
  const keyCount = dice.between(1, Math.max(1, Math.min(3, Math.floor(traits.left / modelCount))));
  const sharesAccount = dice.chance(0.4);
  const shared = randomLimits(dice, dice.between(0, 2), "all");
  const limits = new Map<string, readonly LimitSpec[]>();
  const realWindows = new Map<string, number>();
  const models = Array.from({ length: modelCount }, (_, index): RoutedModel => {
    const modelId = `m${index}`;
    const own = [...randomLimits(dice, dice.between(0, 2), null), ...shared];
    if (traits.faulty && dice.chance(0.1)) realWindows.set(modelId, TOKENS * dice.between(4, 9));
    limits.set(modelId, own);
    return modelOf(id, modelId, traits.limitsKnown ? own : own.filter(() => dice.chance(0.5)), {
      family: dice.chance(0.3) ? "common" : `${id}-${modelId}`,
      contextWindow: dice.chance(0.7) ? null : 150,
      tools: dice.chance(0.8),
      vision: dice.chance(0.5),
      noTraining: dice.chance(0.5),
    });
  });
  const spans = [...limits.values()].flat().map(({ window }) => guardOf(WINDOW_MS[window]));
  const countsFailures = dice.chance(0.5);
  const ratio = dice.between(8, 20) / 20;
  const latencyMs = dice.between(1, 200);
  return {
    routed: {
      id,
      name: id.toUpperCase(),
      firstContentMs: null,
      failedCallsCount: countsFailures
        ? dice.pick(["yes", "unknown"] as const)
        : dice.pick(["no", "unknown"] as const),
    },
    models,
    limits,
    realWindows,
    keys: keysOf(id, keyCount, sharesAccount),
    countsFailures,
    tokensDated: dice.pick(["admission", "completion"] as const),
    latencyMs,
    jitterMs: dice.chance(0.5) ? 0 : Math.min(300, 0.9 * Math.min(500, ...spans)),
    firstContentMs: [dice.between(10, 100), dice.between(100, 3_000)],
    // Nobody leaves an answer that is over but has not reached him: what it took could not be known.
    generationMs: [4 * latencyMs + 4, 4 * latencyMs + dice.between(50, 5_000)],
    inputRatio: traits.estimatesHold ? [ratio, ratio] : [ratio, ratio + 0.4],
    outputShare: dice.chance(0.3) ? [1, 1] : [0, 1],
    hints: dice.pick(["none", "until", "headers"] as const),
    faults: {},
    outages: [],
    brokenKeys: new Map(),
  };
}

interface ModelTraits {
  family: string;
  contextWindow: number | null;
  tools: boolean;
  vision: boolean;
  noTraining: boolean;
}

function modelOf(
  provider: string,
  id: string,
  limits: readonly LimitSpec[],
  traits: ModelTraits,
): RoutedModel {
  const { family, contextWindow, tools, vision, noTraining } = traits;
  return {
    provider,
    id,
    family,
    name: id,
    aliases: [],
    contextWindow,
    maxOutputTokens: null,
    limits,
    capabilities: { tools, vision, jsonSchema: true, reasoning: false },
    intelligence: null,
    speed: null,
    enabled: true,
    dataUse: noTraining ? "no_training" : "unknown",
    unitCost: { request: 1, inputToken: 1 / 64, outputToken: 1 / 32 },
  };
}

function keysOf(provider: string, count: number, sharesAccount: boolean): RoutedKey[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `${provider}-${index + 1}`;
    const account = `${provider}/${sharesAccount ? "main" : id}`;
    return { id, provider, account, state: "unknown" as const, detail: null };
  });
}

function randomRequests(
  dice: Dice,
  providers: readonly SimProvider[],
  start: number,
  span: number,
): SimRequest[] {
  const models = providers.flatMap((provider) => provider.models);
  const count = dice.between(10, 36);
  const pace = span / dice.between(3, 40);
  const patience = dice.chance(0.2) ? span * 1.2 : dice.pick([0, 2_000, 20_000] as const);
  const leaving = dice.chance(0.4) ? 0.2 : 0;
  const talking = dice.chance(0.3);
  let at = start;
  return Array.from({ length: count }, () => {
    if (!dice.chance(0.35)) at += Math.floor(dice.fraction() * 2 * pace);
    const named = models[dice.between(0, models.length - 1)];
    const name = dice.chance(0.7) || named === undefined ? "auto" : nameOf(named, dice);
    const picky = dice.chance(0.2);
    return {
      at,
      model: name,
      patienceMs: patience,
      input: TOKENS * dice.between(1, 10),
      output: TOKENS * dice.between(0, 10),
      needs: {
        tools: picky && dice.chance(0.5),
        vision: picky && dice.chance(0.3),
        jsonSchema: false,
        private: picky && dice.chance(0.3),
      },
      conversation: talking && dice.chance(0.7) ? `c${dice.between(1, 3)}` : null,
      leavesAfterMs: dice.chance(leaving) ? dice.between(1, 5_000) : null,
    };
  });
}

function nameOf(model: RoutedModel, dice: Dice): string {
  return dice.chance(0.5) ? model.family : modelKey(model.provider, model.id);
}

function addTroubles(provider: SimProvider, dice: Dice, faulty: boolean, start: number, end: number): void {
  if (!faulty) return;
  const severity = dice.pick([0, 0.5, 1, 2] as const);
  const faults: Partial<Record<SimFault, number>> = {};
  for (const [fault, chance] of Object.entries(FAULTS) as [SimFault, number][]) {
    if (dice.chance(0.4)) faults[fault] = chance * severity;
  }
  provider.faults = faults;
  const within = (): number => start + dice.fraction() * (end - start);
  if (dice.chance(0.2)) {
    const from = within();
    provider.outages = [{ from, until: from + dice.fraction() * (end - from) }];
  }
  const key = provider.keys[0];
  if (key !== undefined && dice.chance(0.15)) provider.brokenKeys = new Map([[key.id, within()]]);
}

function randomRestarts(dice: Dice, start: number, end: number): SimRestart[] {
  const count = dice.chance(0.3) ? dice.between(1, 2) : 0;
  return Array.from({ length: count }, () => ({
    at: start + Math.floor(dice.fraction() * (end - start + 5_000)),
    downMs: dice.between(200, 5_000),
    graceful: dice.chance(0.3),
  })).sort((one, other) => one.at - other.at);
}

/** How long an answer takes of a provider that counts calls at once, in steps. */
const LONG_ANSWER = 20;

/** Full demand on caps that bind one at a time: there the use can be told from the cap alone. */
function saturatedWorld(seed: number, dice: Dice): SimWorld {
  const size = TOKENS * 2;
  const windows: readonly [LimitWindow, ...LimitWindow[]] = dice.chance(0.6)
    ? ["second", "minute"]
    : ["hour", "five_hours", "day", "week", "month"];
  const window = dice.pick(windows);
  const span = WINDOW_MS[window];
  const stepMs = Math.floor(Math.min(span / 100, 400) / 4);
  const providers: SimProvider[] = [];
  const count = dice.chance(0.7) ? 1 : 2;
  let clients = 1;
  let unbounded = false;
  for (let number = 0; number < count; number++) {
    const id = `p${number}`;
    const calls = dice.between(2, 5);
    const [limit] = randomLimits(dice, 1, dice.chance(0.3) ? "all" : null, { window, calls, size });
    if (limit === undefined) continue;
    const isConcurrency = limit.metric === "concurrency";
    const generationMs = isConcurrency ? LONG_ANSWER * stepMs : stepMs;
    if (isConcurrency) unbounded = true;
    const modelCount = dice.between(1, 2);
    const keyCount = dice.between(1, 2);
    clients += calls * modelCount * keyCount;
    const limits = new Map<string, readonly LimitSpec[]>();
    const models = Array.from({ length: modelCount }, (_, index) => {
      limits.set(`m${index}`, [limit]);
      const traits = { contextWindow: null, tools: true, vision: true, noTraining: true };
      return modelOf(id, `m${index}`, [limit], { family: `${id}-m${index}`, ...traits });
    });
    providers.push({
      routed: { id, name: id, failedCallsCount: "yes", firstContentMs: null },
      ...{ models, limits, keys: keysOf(id, keyCount, dice.chance(0.5)), countsFailures: true },
      tokensDated: dice.pick(["admission", "completion"] as const),
      ...{ latencyMs: stepMs, jitterMs: 0 },
      ...{ firstContentMs: [stepMs, stepMs], generationMs: [generationMs, generationMs] },
      ...{ inputRatio: [1, 1], outputShare: [1, 1], hints: "none", faults: {}, outages: [] },
      ...{ realWindows: new Map(), brokenKeys: new Map() },
    });
  }
  const start = dice.pick(INSTANTS) - Math.floor(dice.fraction() * span);
  // A place is free again after one call: there is no window to wait for. But such a call is long, so that what the guard of
  // another limit takes once is less than the share of the run that may be lost.
  const length = unbounded ? 10 * (3 + LONG_ANSWER) * stepMs : span;
  const needs = { tools: false, vision: false, jsonSchema: false, private: false };
  const request: SimRequest = {
    ...{ at: start, model: "auto", input: TOKENS, output: TOKENS, needs, conversation: null },
    ...{ patienceMs: Number.MAX_SAFE_INTEGER, leavesAfterMs: null },
  };
  return {
    ...{ seed, start, end: start + Math.floor(length * (2 + 2 * dice.fraction())), providers },
    ...{ requests: [request], clients, restarts: [], strategy: "priority" },
    ...{ limitsKnown: true, estimatesHold: true },
  };
}
