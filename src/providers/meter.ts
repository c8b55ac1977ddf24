/** What the headers of a reply say about limits: one reader for the dialects of all providers. */
import type { HeaderFamily, LimitObservation } from "../core/provider.ts";
import { parseInstant } from "./duration.ts";

type Metric = LimitObservation["metric"];
type Window = LimitObservation["window"];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Names without a window in them, where the provider's documentation says which window is meant. */
const UNNAMED_WINDOWS: Readonly<Record<HeaderFamily, Partial<Record<Metric, Window>>>> = {
  groq: { requests: "day", tokens: "minute" },
  openrouter: {},
  mistral: {},
  cerebras: {},
  modelscope: {},
  generic: {},
  none: {},
};

const HEADER = /^(?:x-)?ratelimit-(limit|remaining|reset)(?:-(.+))?$/;
const METRICS: Readonly<Record<string, Metric>> = {
  requests: "requests",
  req: "requests",
  tokens: "tokens",
  "input-tokens": "input_tokens",
};
const WINDOWS: Readonly<Record<string, Window>> = {
  second: "second",
  minute: "minute",
  hour: "hour",
  day: "day",
  week: "week",
  month: "month",
};

interface Dimension {
  metric: Metric;
  window: Window | undefined;
  cap?: number;
  remaining?: number;
  resetAt?: number;
}

/** Limits as the headers state them; those that cannot be understood without doubt are left out. */
export function observeHeaders(family: HeaderFamily, headers: Headers, now: number): LimitObservation[] {
  if (family === "none") return [];
  const dimensions = new Map<string, Dimension>();
  headers.forEach((value, name) => {
    const match = HEADER.exec(name.toLowerCase());
    if (!match) return;
    const suffix = match[2] ?? "";
    const known = dimensions.get(suffix) ?? dimensionOf(suffix);
    if (!known) return;
    dimensions.set(suffix, known);
    if (match[1] === "reset") setDefined(known, "resetAt", parseInstant(value, now));
    else setDefined(known, match[1] === "limit" ? "cap" : "remaining", leadingCount(value));
  });
  const observations: LimitObservation[] = [];
  for (const dimension of dimensions.values()) {
    const { cap, remaining, resetAt } = dimension;
    // A cap of zero means "no such limit" as often as "nothing for you".
    if (cap === 0 || (cap === undefined && remaining === undefined)) continue;
    const window =
      dimension.window ?? UNNAMED_WINDOWS[family][dimension.metric] ?? windowByReset(dimension, now);
    const observation: LimitObservation = { metric: dimension.metric, window };
    setDefined(observation, "cap", cap);
    setDefined(observation, "remaining", remaining);
    setDefined(observation, "resetAt", resetAt);
    observations.push(observation);
  }
  return observations;
}

/** `requests`, `tokens-minute`, `req-10-second`: undefined where metric or window is none of ours. */
function dimensionOf(suffix: string): Dimension | undefined {
  if (suffix === "") return { metric: "requests", window: undefined };
  const named = METRICS[suffix];
  if (named) return { metric: named, window: undefined };
  const cut = suffix.lastIndexOf("-");
  const metric = METRICS[suffix.slice(0, cut)];
  const window = WINDOWS[suffix.slice(cut + 1)];
  return metric && window ? { metric, window } : undefined;
}

/**
 * The window that an unnamed limit has, by its reset. Where use flows back gradually, the reset shows how long the
 * whole cap would take; else the reset is at most as far off as the window is long. Without a reset: a minute.
 */
function windowByReset(dimension: Dimension, now: number): Window {
  const { cap, remaining, resetAt } = dimension;
  if (resetAt === undefined) return "minute";
  const wait = resetAt - now;
  if (cap !== undefined && remaining !== undefined && cap > remaining) {
    const whole = (wait * cap) / (cap - remaining);
    if (near(whole, MINUTE)) return "minute";
    if (near(whole, HOUR)) return "hour";
    if (near(whole, DAY)) return "day";
  }
  // In the last minute of a day a daily limit looks like one of a minute, but for its round instant.
  if (wait <= MINUTE + 1_000) return resetAt % DAY === 0 ? "day" : "minute";
  if (wait <= HOUR) return resetAt % DAY === 0 ? "day" : "hour";
  return wait <= DAY + 1_000 ? "day" : "month";
}

function near(value: number, target: number): boolean {
  return Math.abs(value - target) <= target * 0.03;
}

/** The number at the beginning (`100`, `100, 100;w=60`); below zero counts as nothing left. */
function leadingCount(value: string): number | undefined {
  const match = /^\s*(-?\d+(?:\.\d+)?)(?=$|[\s,;])/.exec(value);
  return match ? Math.max(0, Number(match[1])) : undefined;
}

function setDefined<Key extends "cap" | "remaining" | "resetAt">(
  target: Partial<Record<Key, number>>,
  key: Key,
  value: number | undefined,
): void {
  if (value !== undefined) target[key] = value;
}
