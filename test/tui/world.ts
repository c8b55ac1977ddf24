/** A made-up server as the dashboard sees it: every state of a key, limits full and empty, requests that went every way. */

import type { ExplanationView } from "../../src/core/command/explain.ts";
import type { KeyView, ModelView, QuotaView, Snapshot } from "../../src/core/command.ts";
import type { KeyState, RequestRecord } from "../../src/core/route/event.ts";
import type { LimitMetric, LimitWindow } from "../../src/core/route/limits.ts";
import { Knowledge } from "../../src/tui/data.ts";
import { frame, type Look, type Size } from "../../src/tui/model.ts";
import { firstUi, type Ui } from "../../src/tui/ui.ts";
import { past } from "./past.ts";
import { plainText } from "./plain.ts";

export const NOW = Date.UTC(2026, 10, 24, 14, 2, 52);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const LOOK: Look = {
  ...{ version: "0.1.0", unicode: true, colour: false, utcOffset: 0 },
  signUps: [
    { provider: "groq", url: "https://console.groq.com/keys" },
    { provider: "mistral", url: "https://console.mistral.ai/api-keys" },
  ],
};

type Seed = [string, string, KeyState, string | null, number | null, string | null];

const KEYS: readonly Seed[] = [
  ["groq-1", "groq", "healthy", null, null, "4f2a"],
  ["groq-2", "groq", "rate_limited", "limit of 30 requests a minute", NOW + 41_000, "91bc"],
  ["cerebras-1", "cerebras", "healthy", null, null, "77d0"],
  ["google-1", "google", "healthy", null, null, "c3e8"],
  ["mistral-1", "mistral", "unknown", null, null, "0a19"],
  ["openrouter-1", "openrouter", "rate_limited", "the day's quota is used up", NOW + 5.86 * HOUR, "be44"],
  ["nvidia-1", "nvidia", "error", "failed repeatedly", NOW + 90_000, "5d21"],
  ["kilo-1", "kilo", "disabled", null, null, null],
  ["cloudflare-1", "cloudflare", "invalid", "Cloudflare does not accept the key", null, "a802"],
];

function keyView([id, provider, state, detail, until, last4]: Seed, index: number): KeyView {
  return {
    id,
    provider,
    label: null,
    account: id,
    state,
    detail,
    until,
    last4,
    order: index + 1,
    baseUrl: null,
    proxy: null,
  };
}

const WINDOWS: Readonly<Record<string, [LimitMetric, LimitWindow, number]>> = {
  RPM: ["requests", "minute", 23_000],
  RPD: ["requests", "day", 10 * HOUR],
  TPM: ["tokens", "minute", 9_000],
  TPD: ["tokens", "day", 11.07 * HOUR],
};

function quota(owner: string, name: string, used: number, cap: number): QuotaView {
  const [metric, window, rest] = WINDOWS[name] ?? ["requests", "minute", 0];
  const provider = owner.replace(/-\d+$/, "");
  const resetsAt = used > 0 ? new Date(NOW + rest).toISOString() : null;
  return {
    provider,
    model: `${provider}/llama-70b`,
    owner,
    metric,
    window,
    used,
    cap,
    resetsAt,
    source: "documented",
    ...{ left: cap - used, ratePerHour: 0, runsDryAt: null, confidence: "low" },
    ...{ left: cap - used, ratePerHour: 0, runsDryAt: null, confidence: "low" },
  };
}

const QUOTAS = [
  ...[quota("groq-1", "RPM", 18, 30), quota("groq-1", "RPD", 312, 1_000)],
  ...[quota("groq-1", "TPM", 6_100, 12_000), quota("groq-1", "TPD", 86_000, 100_000)],
  ...[quota("groq-2", "RPM", 30, 30), quota("groq-2", "TPM", 11_800, 12_000)],
  ...[quota("cerebras-1", "RPM", 9, 30), quota("cerebras-1", "RPD", 1_200, 14_400)],
  ...[quota("google-1", "RPM", 3, 10), quota("google-1", "RPD", 96, 250)],
  ...[quota("mistral-1", "RPM", 0, 60), quota("openrouter-1", "RPD", 50, 50)],
];

function model(id: string, family: string, order: number, more: Partial<ModelView> = {}): ModelView {
  const provider = id.slice(0, id.indexOf("/"));
  return {
    ...{ id, provider, model: id.slice(provider.length + 1), family, name: family },
    ...{ contextWindow: 131_072, maxOutputTokens: 8_192, order },
    capabilities: { tools: true, vision: false, jsonSchema: true, reasoning: false },
    ...{ enabled: true, available: true, reason: null, until: null },
    ...{ status: "active", origin: "built_in", intelligence: null, speed: null, dataUse: "unknown" },
    ...{ limits: [], source: "", asOf: "", free: true },
    ...{ mayCost: false, override: null, pinned: false, scores: null },
    ...more,
  };
}

const MODELS = [
  model("groq/llama-3.3-70b-versatile", "llama-70b", 1),
  model("cerebras/llama-3.3-70b", "llama-70b", 2),
  model("google/gemini-flash", "gemini-flash", 3, {
    capabilities: { tools: true, vision: true, jsonSchema: true, reasoning: true },
  }),
  model("openrouter/qwen/qwen3-32b:free", "qwen-32b", 4, {
    ...{ available: false, reason: "resting after quota_day", until: NOW + 5.86 * HOUR },
  }),
  model("mistral/mistral-small", "mistral-small", 5, {
    enabled: false,
    available: false,
    reason: "the model is disabled",
  }),
  model("deepseek/deepseek-chat", "deepseek-chat", 6, { available: false, reason: "no key" }),
];

type Way = [keyId: string, outcome: RequestRecord["attempts"][number]["outcome"], status: number | null];

export function record(
  age: number,
  asked: string,
  ways: Way[],
  more: Partial<RequestRecord> = {},
): RequestRecord {
  const last = ways.at(-1);
  const provider = (last?.[0] ?? "").replace(/-\d+$/, "");
  const good = last?.[1] === "ok";
  return {
    ...{
      id: `req_${String(age).padStart(6, "0")}`,
      at: NOW - age,
      surface: "openai",
      model: asked,
      stream: true,
    },
    ...{ status: good ? 200 : 503, outcome: good ? "ok" : "failed" },
    servedBy: good ? { provider, model: "llama-70b", keyId: last[0] } : null,
    attempts: ways.map(([keyId, outcome, status]) => ({
      ...{ provider: keyId.replace(/-\d+$/, ""), model: "llama-70b", keyId, outcome, status },
      ...{ rule: outcome === "ok" ? null : `generic/${status ?? "transport"}`, durationMs: 120 },
      message: outcome === "ok" ? null : `${keyId} said no`,
    })),
    ...{ inputTokens: 1_200, outputTokens: 310, firstContentMs: 240, durationMs: 900 },
    ...more,
  };
}

const REQUESTS = [
  record(1_000, "auto", [
    ["groq-1", "rate_minute", 429],
    ["groq-2", "rate_minute", 429],
    ["cerebras-1", "ok", null],
  ]),
  record(5_000, "auto", [["groq-1", "ok", null]], { durationMs: 400 }),
  record(8_000, "gemini-flash", [["google-1", "ok", null]], { surface: "gemini" }),
  record(13_000, "auto", [
    ["cloudflare-1", "invalid_key", 401],
    ["mistral-1", "ok", null],
  ]),
  record(
    21_000,
    "qwen-32b",
    [
      ["openrouter-1", "timeout", null],
      ["nvidia-1", "server_error", 503],
    ],
    { durationMs: 45_000, outputTokens: 0 },
  ),
  record(30_000, "claude-sonnet", [["groq-1", "ok", null]], { outcome: "broken", surface: "anthropic" }),
  record(40_000, "auto", [], { status: 429, servedBy: null }),
  record(55_000, "auto", [["groq-1", "ok", null]], { outcome: "client_gone", status: 499 }),
];

export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    ...{ schema: 1, seq: 100, version: "0.1.0", startedAt: NOW - 3.2 * HOUR, now: NOW },
    ...{ address: "http://127.0.0.1:3001", keys: KEYS.map(keyView), models: MODELS, quotas: QUOTAS },
    requests: REQUESTS,
    totals: { requests: 1_943, failed: 12, failovers: 14, inputTokens: 2_104_311, outputTokens: 998_120 },
    ...more,
  };
}

const FORECAST: NonNullable<Snapshot["forecast"]> = [
  {
    scope: "key",
    id: "groq-1",
    metric: "tokens",
    window: "day",
    dryAt: NOW + 1.6 * HOUR,
    resetsAt: NOW + 11 * HOUR,
  },
  { scope: "model", id: "llama-70b", metric: null, window: null, dryAt: NOW + 6 * HOUR, resetsAt: null },
];

const FREE: NonNullable<Snapshot["free"]> = {
  ...{ requests: 1_240, tokens: 3_400_000, requestsPerHour: 60, tokensPerHour: 90_000 },
  ...{ runsDryAt: null, resetsAt: NOW + 10 * HOUR, confidence: "medium", unlimited: 0 },
};

/** A server with much to show, and one request under way. */
export function busy(more: Partial<Snapshot> = {}): Knowledge {
  const data = new Knowledge();
  data.link = { state: "live" };
  data.takeSnapshot(snapshot({ forecast: FORECAST, free: FREE, ...more }), NOW, true);
  const call = { keyId: "groq-1", model: "groq/llama-3.3-70b-versatile" };
  const reserved = {
    type: "call-reserved",
    requestId: "req_live",
    tokens: 10,
    inputTokens: 5,
    estimate: 5,
  } as const;
  data.takeEvents([
    { sequence: 101, event: { ...reserved, ...call, callId: 1, at: NOW - 1_900 } },
    {
      sequence: 102,
      event: {
        type: "call-settled",
        callId: 1,
        at: NOW - 1_600,
        requests: 1,
        inputTokens: 0,
        outputTokens: 0,
        counted: false,
      },
    },
    {
      sequence: 103,
      event: {
        ...{ type: "call-failed", ...call, at: NOW - 1_600 },
        failure: {
          kind: "rate_minute",
          scope: "target",
          status: 429,
          rule: "generic/429",
          message: "too many",
        },
      },
    },
    {
      sequence: 104,
      event: {
        ...reserved,
        keyId: "cerebras-1",
        model: "cerebras/llama-3.3-70b",
        callId: 2,
        at: NOW - 1_500,
      },
    },
    {
      sequence: 105,
      event: {
        type: "call-succeeded",
        keyId: "cerebras-1",
        model: "cerebras/llama-3.3-70b",
        at: NOW - 1_000,
        firstContentMs: 500,
      },
    },
  ]);
  data.analytics["24h"] = past(NOW);
  return data;
}

/** A server that has just begun: no key, no request. */
export function empty(): Knowledge {
  const data = new Knowledge();
  data.link = { state: "live" };
  data.takeSnapshot(snapshot({ keys: [], quotas: [], requests: [] }), NOW, true);
  return data;
}

export function lines(data: Knowledge, ui: Partial<Ui>, size: Size, look: Look = LOOK): string[] {
  return frame(data, { ...firstUi(), ...ui }, NOW, size, look).map(plainText);
}

/** How the first of the requests was decided: two calls failed, some candidates were passed over, the third answered. */
export function explanation(): ExplanationView {
  const at = NOW - 1_000;
  const failure = {
    ...{ kind: "rate_minute", meaning: "over its per-minute limit", rule: "generic/429", status: 429 },
    ...{ message: "Rate limit reached. Please try again in 7s.", until: at + 7_000 },
    ...{ followed: "the next candidate takes over", remedy: null },
  };
  const call = {
    ...{ type: "call" as const, at, reserved: { tokens: 900, inputTokens: 300 }, score: null },
    ...{ isDouble: false, others: {} },
  };
  const passed = {
    ...{ keyId: "nvidia-1", model: "nvidia/llama-70b", reason: "limit" },
    ...{ why: "its limit of 40 requests a minute is used up", until: at + 42_000 },
  };
  const verdict = { reserves: { tokens: 900, inputTokens: 300 }, score: null, parts: PARTS };
  return {
    ...{ id: "req_001000", at, version: "0.1.0", surface: "openai", models: ["auto"], needs: null },
    ...{ tokens: { input: 300, output: 600 }, strategy: "priority", seed: 1, bound: null, status: 200 },
    ...{ outcome: "ok", servedBy: { keyId: "cerebras-1", model: "cerebras/llama-70b" }, usage: null },
    ...{ firstContentMs: 240, durationMs: 900, omitted: 0, replay: null, notes: [] },
    steps: [
      { ...call, keyId: "groq-1", model: "groq/llama-70b", durationMs: 120, failure, passed: [] },
      { type: "wait", at: at + 120, until: at + 400, durationMs: 280 },
      {
        ...{ ...call, keyId: "cerebras-1", model: "cerebras/llama-70b", durationMs: 240, failure: null },
        passed: [{ ...passed, keyId: "groq-1", model: "groq/llama-70b", reason: "tried" }, passed],
        others: { resting: 2, key_disabled: 1, tried: 1 },
      },
    ],
    verdicts: [
      { ...verdict, keyId: "groq-1", model: "groq/llama-70b", usable: true, ...NOTHING },
      {
        ...{ ...verdict, keyId: "nvidia-1", model: "nvidia/llama-70b", usable: false, reason: "limit" },
        ...{ why: passed.why, until: passed.until },
      },
      { ...verdict, keyId: "cerebras-1", model: "cerebras/llama-70b", usable: true, ...NOTHING },
    ],
  };
}

const PARTS = { quality: 0.5, success: 0.9, speed: 0.7, quota: 0.4 };
const NOTHING = { reason: null, why: null, until: null };
