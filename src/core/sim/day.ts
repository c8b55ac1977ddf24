/** A small fleet over some days of work, for people to look at: small caps of every kind, and some trouble. */
import type { RoutedModel } from "../route/event.ts";
import type { LimitSpec } from "../route/limits.ts";
import { Dice } from "./dice.ts";
import type { SimFault, SimProvider, SimRequest, SimWorld } from "./world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday on which the clocks of California have just been changed. */
const START = Date.UTC(2026, 10, 2);
const MEAN_REQUESTS = 2_400;

type Row = readonly [LimitSpec["metric"], LimitSpec["window"], number, LimitSpec["reset"]];

interface Plan {
  id: string;
  name: string;
  models: readonly string[];
  keys: number;
  limits: readonly Row[];
  speedMs: number;
  faults: Readonly<Partial<Record<SimFault, number>>>;
}

const PLANS: readonly Plan[] = [
  {
    ...{ id: "aspen", name: "Aspen", models: ["large"], keys: 2, speedMs: 300 },
    limits: [
      ["requests", "minute", 10, "sliding"],
      ["requests", "day", 250, { zone: "America/Los_Angeles" }],
    ],
    faults: { unavailable: 0.02 },
  },
  {
    ...{ id: "birch", name: "Birch", models: ["large", "small"], keys: 1, speedMs: 150 },
    limits: [
      ["requests", "minute", 30, "sliding"],
      ["requests", "day", 400, "sliding"],
      ["tokens", "minute", 12_000, "refill"],
    ],
    faults: { busy: 0.01, server_error: 0.01 },
  },
  {
    ...{ id: "cedar", name: "Cedar", models: ["small"], keys: 1, speedMs: 600 },
    limits: [
      ["requests", "minute", 20, "sliding"],
      ["requests", "day", 200, { zone: "UTC" }],
    ],
    faults: { transport: 0.01, cut: 0.01 },
  },
  {
    ...{ id: "dogwood", name: "Dogwood", models: ["small"], keys: 1, speedMs: 900 },
    limits: [
      ["concurrency", "minute", 2, "sliding"],
      ["requests", "five_hours", 200, "sliding"],
      ["tokens", "month", 2_000_000, { zone: "UTC" }],
    ],
    faults: { silence: 0.002, cut: 0.01 },
  },
];

/** The same seed gives the same days. */
export function dayWorld(seed: number, days: number): SimWorld {
  const dice = new Dice(seed);
  const end = START + days * DAY;
  return {
    ...{ seed, start: START, end, clients: 0, limitsKnown: true, estimatesHold: true },
    providers: PLANS.map((plan) => providerOf(plan, dice, days)),
    requests: workingDays(dice, days),
    restarts: [{ at: START + 13 * HOUR, downMs: 2_000, graceful: false }],
    strategy: "priority",
  };
}

function providerOf(plan: Plan, dice: Dice, days: number): SimProvider {
  const { id, name, speedMs, faults } = plan;
  const limits = plan.limits.map(
    ([metric, window, cap, reset]): LimitSpec => ({
      ...{ scope: "account", pool: null, metric, window, cap, reset, source: "documented" },
    }),
  );
  const models = plan.models.map(
    (model): RoutedModel => ({
      ...{ provider: id, id: model, family: model, name: model, aliases: [], limits, enabled: true },
      ...{
        contextWindow: 131_072,
        maxOutputTokens: null,
        intelligence: null,
        speed: null,
        dataUse: "unknown",
      },
      capabilities: { tools: true, vision: false, jsonSchema: true, reasoning: false },
    }),
  );
  const from = START + dice.fraction() * (days * DAY - HOUR);
  return {
    routed: { id, name, failedCallsCount: "unknown", firstContentMs: null },
    ...{ models, limits: new Map(plan.models.map((model) => [model, limits])), realWindows: new Map() },
    keys: Array.from({ length: plan.keys }, (_, index) => {
      const key = `${id}-${index + 1}`;
      return { id: key, provider: id, account: `${id}/${key}`, state: "unknown", detail: null };
    }),
    ...{ countsFailures: true, tokensDated: "completion", latencyMs: 40, jitterMs: 60 },
    ...{ firstContentMs: [speedMs, 3 * speedMs], generationMs: [2 * speedMs, 12 * speedMs] },
    ...{ inputRatio: [0.8, 0.8], outputShare: [0.2, 1], hints: "until", faults },
    outages: plan.id === "birch" ? [{ from, until: from + HOUR / 2 }] : [],
    brokenKeys: new Map(),
  };
}

/** Busy in the morning and in the afternoon, a little at night; an agent asks several times in a row. */
function workingDays(dice: Dice, days: number): SimRequest[] {
  const needs = { tools: false, vision: false, jsonSchema: false, private: false };
  const requests: SimRequest[] = [];
  for (let at = START; at < START + days * DAY; ) {
    const hour = ((at - START) % DAY) / HOUR;
    const busy = (hour >= 9 && hour < 12) || (hour >= 13 && hour < 18) ? 2.4 : 0.25;
    at += Math.floor((-Math.log(1 - dice.fraction()) * DAY * 4) / (MEAN_REQUESTS * busy));
    const turns = dice.between(1, 7);
    for (let turn = 0; turn < turns; turn++) {
      requests.push({
        ...{
          at: at + turn * 5_000,
          model: dice.chance(0.85) ? "auto" : dice.pick(["large", "small"]),
          needs,
        },
        ...{ input: 20 * dice.between(5, 100), output: 20 * dice.between(5, 40), patienceMs: 20_000 },
        conversation: turns > 1 ? `talk-${at}` : null,
        leavesAfterMs: dice.chance(0.01) ? dice.between(200, 4_000) : null,
      });
    }
  }
  return requests.sort((one, other) => one.at - other.at);
}
