/** One limit as a reply states it, and what can be believed of it. */
import { type TimeWindow, WINDOW_MS } from "../../core/chat/zone.ts";
import type { HeaderFamily, LimitObservation } from "../../core/provider.ts";
import { parseInstant, type ReplyClock } from "../duration.ts";

export type Metric = LimitObservation["metric"];

export interface Dimension {
  metric: Metric;
  /** Absent where the name says nothing: then the provider's documentation or the reset must tell. */
  window?: TimeWindow;
  subject?: "model" | "pool";
  /** As they are written. */
  limit?: string;
  remaining?: string;
  reset?: string;
}

/** Names without a window in them, where the provider's documentation says which window is meant. */
const UNNAMED_WINDOWS: Readonly<Partial<Record<HeaderFamily, Partial<Record<Metric, TimeWindow>>>>> = {
  groq: { requests: "day", tokens: "minute" },
};

/** A cap from here on stands for "no limit". */
const UNLIMITED = 1e12;
const LONGEST_RESET_MS = WINDOW_MS.month + WINDOW_MS.day;

/** Without those that say nothing that can be understood without doubt; of two that say the same the first. */
export function conclude(
  dimensions: readonly Dimension[],
  family: HeaderFamily,
  clock: ReplyClock,
): LimitObservation[] {
  const daily = new Set(dimensions.filter(({ window }) => window === "day").map(({ metric }) => metric));
  const seen = new Set<string>();
  const observations: LimitObservation[] = [];
  for (const dimension of dimensions) {
    const { metric, subject } = dimension;
    const counts = countsOf(dimension);
    if (!counts) continue;
    const window =
      dimension.window ??
      UNNAMED_WINDOWS[family]?.[metric] ??
      // Beside a limit that is called daily, one without a name is of the minute.
      (daily.has(metric) ? "minute" : windowByReset(counts, dimension.reset, clock));
    const id = `${metric} ${window} ${subject}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const observation: LimitObservation = { metric, window, ...counts };
    if (subject !== undefined) observation.subject = subject;
    const resetAt = resetOf(dimension.reset, window, clock);
    if (resetAt !== undefined) observation.resetAt = resetAt;
    observations.push(observation);
  }
  return observations;
}

interface Counts {
  cap?: number;
  remaining?: number;
}

function countsOf({ metric, limit, remaining }: Dimension): Counts | undefined {
  const counts: Counts = {};
  const stated = leadingCount(limit);
  if (stated !== undefined) {
    // Nothing can be sent under less than one; zero and less mean "no such limit" as often as "nothing for you".
    const cap = metric === "requests" ? Math.floor(stated) : stated;
    if (cap < 1 || cap >= UNLIMITED) return undefined;
    counts.cap = cap;
  }
  const left = leadingCount(remaining);
  // Alone, -1 stands for "no limit"; else below zero is more than all used.
  if (left !== undefined && left < UNLIMITED && (left !== -1 || counts.cap !== undefined)) {
    counts.remaining = Math.max(0, Math.min(left, counts.cap ?? left));
  }
  return counts.cap === undefined && counts.remaining === undefined ? undefined : counts;
}

/** The number at the beginning (`100`, `100, 100;w=60`). */
function leadingCount(value: string | undefined): number | undefined {
  const match = /^\s*(-?\d{1,20}(?:\.\d+)?)(?=$|[\s,;])/.exec(value ?? "");
  return match ? Number(match[1]) : undefined;
}

/** When the window ends or is free again; undefined where that cannot be. */
function resetOf(
  reset: string | undefined,
  window: TimeWindow,
  { now, skew }: ReplyClock,
): number | undefined {
  const instant = reset === undefined ? undefined : parseInstant(reset, now, skew);
  if (instant === undefined) return undefined;
  // A little more than the window may be a clock that runs wrong, or a day on which clocks are set.
  const longest = WINDOW_MS[window] * 1.05 + 1_000;
  if (instant - now <= longest) return Math.max(instant, now);
  // Too long in seconds, but not in milliseconds.
  const milliseconds = Number(reset);
  return milliseconds <= longest ? now + milliseconds : undefined;
}

/**
 * The window that an unnamed limit has, by its reset. Where use flows back gradually, the reset shows how long the
 * whole cap would take; else the reset is at most as far off as the window is long. Without a reset: a minute.
 */
function windowByReset(
  { cap, remaining }: Counts,
  reset: string | undefined,
  { now, skew }: ReplyClock,
): TimeWindow {
  const { minute, hour, day } = WINDOW_MS;
  const resetAt = reset === undefined ? undefined : parseInstant(reset, now, skew);
  if (resetAt === undefined || resetAt - now > LONGEST_RESET_MS) return "minute";
  const wait = resetAt - now;
  if (cap !== undefined && remaining !== undefined && cap > remaining) {
    const whole = (wait * cap) / (cap - remaining);
    if (near(whole, minute)) return "minute";
    if (near(whole, hour)) return "hour";
    if (near(whole, day)) return "day";
  }
  // In the last minute of a day a daily limit looks like one of a minute, but for its round instant.
  const midnight = (resetAt + skew) % day === 0;
  if (wait <= minute + 1_000) return midnight ? "day" : "minute";
  if (wait <= hour) return midnight ? "day" : "hour";
  return wait <= day + 1_000 ? "day" : "month";
}

function near(value: number, target: number): boolean {
  return Math.abs(value - target) <= target * 0.03;
}
