/** The demo fleet: four simulated providers with small caps. `serve --demo` listens for them and registers each as a custom endpoint. */
import type { LimitSpec } from "../../core/provider.ts";
import type { SimulatedProfile, SimulatedWorld } from "./profile.ts";
import { createSimulatedProvider, type SimulatedProvider } from "./provider.ts";
import { seededRandom } from "./random.ts";

/** Limits of one key, in the terms of `keys add custom`. */
export interface DemoLimits {
  rpm: number;
  rpd: number;
  tpm: number;
  tpd: number;
}

/** What `serve --demo` must register for one simulated provider: the contents of a `keys add custom` for each key. */
export interface DemoEndpoint {
  id: string;
  name: string;
  baseUrl: string;
  models: { id: string; contextWindow: number; limits: LimitSpec[] }[];
  /** The same limits as in `models`, as a user would type them. Each key is an account of its own. */
  limits: DemoLimits;
  /** Made-up keys, in order. */
  keys: string[];
  /** What it does wrong, in one line for people. */
  behaviour: string;
}

interface DemoMember {
  provider: SimulatedProvider;
  limits: DemoLimits;
  behaviour: string;
}

export interface DemoFleet {
  readonly members: readonly DemoMember[];
}

/** Listens on a free port of 127.0.0.1 and gives the address (`http://127.0.0.1:PORT`); with Bun: `Bun.serve({ hostname, port: 0, idleTimeout: 0, fetch })`. */
export type ServeHandler = (fetch: (request: Request) => Promise<Response>) => {
  url: string;
  stop(): Promise<void>;
};

interface MemberPlan
  extends Pick<SimulatedProfile, "id" | "name" | "style" | "models" | "faults" | "opening"> {
  limits: DemoLimits;
  firstTokenMs: number;
  tokenMs: number;
  behaviour: string;
}

/**
 * In the order in which they are tried. The first one fails on both keys at its first two calls, so the first
 * answer of a demo is always a failover to the second. Everything else that goes wrong is chance, but seeded.
 */
const PLANS: readonly MemberPlan[] = [
  {
    id: "demo-groq",
    name: "Demo Groq",
    style: "groq",
    models: [{ id: "openai/gpt-oss-120b", contextWindow: 131_072 }],
    limits: { rpm: 6, rpd: 200, tpm: 8_000, tpd: 100_000 },
    opening: ["rate_limit", "unavailable"],
    faults: { rate_limit: 0.04, server_error: 0.02 },
    firstTokenMs: 40,
    tokenMs: 8,
    behaviour:
      "fast, 6 requests a minute on a key; the first call to each key fails, later ones now and then",
  },
  {
    id: "demo-openrouter",
    name: "Demo OpenRouter",
    style: "openrouter",
    models: [
      { id: "openai/gpt-oss-120b:free", contextWindow: 131_072 },
      { id: "qwen/qwen3-coder:free", contextWindow: 262_144 },
    ],
    limits: { rpm: 20, rpd: 50, tpm: 40_000, tpd: 400_000 },
    opening: [],
    faults: { rate_limit: 0.05, server_error: 0.02, stall: 0.01 },
    firstTokenMs: 120,
    tokenMs: 20,
    behaviour: "50 requests a day on a key; busy now and then, seldom stalls",
  },
  {
    id: "demo-mistral",
    name: "Demo Mistral",
    style: "mistral",
    models: [
      { id: "mistral-medium-latest", contextWindow: 131_072 },
      { id: "mistral-small-latest", contextWindow: 131_072 },
    ],
    limits: { rpm: 30, rpd: 2_000, tpm: 50_000, tpd: 1_000_000 },
    opening: [],
    faults: { rate_limit: 0.02, server_error: 0.03 },
    firstTokenMs: 90,
    tokenMs: 14,
    behaviour: "30 requests a minute on a key; a 500 now and then",
  },
  {
    id: "demo-nvidia",
    name: "Demo NVIDIA",
    style: "nvidia",
    models: [{ id: "nvidia/nemotron-3-super", contextWindow: 131_072 }],
    limits: { rpm: 12, rpd: 1_000, tpm: 60_000, tpd: 1_000_000 },
    opening: [],
    faults: { rate_limit: 0.03, unavailable: 0.02, stall: 0.01 },
    firstTokenMs: 250,
    tokenMs: 24,
    behaviour: "slow, tells nothing about its limits, seldom stalls",
  },
];

const STALL_MS = 60_000;

/** `seed` decides every fault that is left to chance. */
export function createFleet(ports: Pick<SimulatedWorld, "clock" | "timers">, seed: number): DemoFleet {
  const members = PLANS.map((plan, index) => {
    const { limits, behaviour, ...rest } = plan;
    const profile: SimulatedProfile = {
      ...rest,
      keys: [1, 2].map((number) => ({
        secret: `${plan.id}-key-${number}-made-up`,
        account: `${plan.id}-account-${number}`,
      })),
      limits: limitSpecs(limits),
      failedCallsCount: true,
      stallMs: STALL_MS,
    };
    return {
      provider: createSimulatedProvider(profile, { ...ports, random: seededRandom(seed + index) }),
      limits,
      behaviour,
    };
  });
  return { members };
}

/** The records to register, given the address at which each member listens. */
export function describeFleet(fleet: DemoFleet, urlOf: (id: string) => string): DemoEndpoint[] {
  return fleet.members.map(({ provider: { profile }, limits, behaviour }) => ({
    id: profile.id,
    name: profile.name,
    baseUrl: `${urlOf(profile.id)}/v1`,
    models: profile.models.map((model) => ({ ...model, limits: [...profile.limits] })),
    limits,
    keys: profile.keys.map(({ secret }) => secret),
    behaviour,
  }));
}

/** Lets every member listen through `serve` and describes them. `stop` ends all of them. */
export function listenFleet(
  fleet: DemoFleet,
  serve: ServeHandler,
): { endpoints: DemoEndpoint[]; stop(): Promise<void> } {
  const listeners = new Map(
    fleet.members.map(({ provider }) => [provider.profile.id, serve((request) => provider.handle(request))]),
  );
  return {
    endpoints: describeFleet(fleet, (id) => listeners.get(id)?.url ?? ""),
    async stop() {
      await Promise.all([...listeners.values()].map((listener) => listener.stop()));
    },
  };
}

/** Counted for each model of an account by itself, as groq does. */
function limitSpecs({ rpm, rpd, tpm, tpd }: DemoLimits): LimitSpec[] {
  const rows = [
    ["requests", "minute", rpm],
    ["requests", "day", rpd],
    ["tokens", "minute", tpm],
    ["tokens", "day", tpd],
  ] as const;
  return rows.map(([metric, window, cap]) => ({
    scope: "account",
    pool: null,
    metric,
    window,
    cap,
    reset: "sliding",
    source: "user",
  }));
}
