/** Calendar boundaries in a named time zone, daylight saving included. Deterministic: the instant is always handed in. */

export type TimeWindow = "second" | "minute" | "hour" | "five_hours" | "day" | "week" | "month";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Length of each window in milliseconds; a month counts 31 days where it slides. */
export const WINDOW_MS: Readonly<Record<TimeWindow, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: HOUR,
  five_hours: 5 * HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 31 * DAY,
};

/**
 * The window that `now` (epoch milliseconds) lies in, by the calendar of `zone`: its start, and the start of the next
 * one. Weeks start on Monday, five hours are counted from the epoch, hours and shorter windows on the full UTC unit.
 */
export function boundaries(window: TimeWindow, zone: string, now: number): { start: number; end: number } {
  if (window !== "day" && window !== "week" && window !== "month") {
    const span = WINDOW_MS[window];
    const start = Math.floor(now / span) * span;
    return { start, end: start + span };
  }
  const offset = offsetIn(zone);
  const local = new Date(now + offset(now));
  const year = local.getUTCFullYear();
  const month = local.getUTCMonth();
  const between = (start: number, end: number) => ({
    start: instantOf(offset, start),
    end: instantOf(offset, end),
  });
  if (window === "month") return between(Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1));
  const sinceFirst = window === "week" ? (local.getUTCDay() + 6) % 7 : 0;
  const first = local.getUTCDate() - sinceFirst;
  const days = window === "week" ? 7 : 1;
  return between(Date.UTC(year, month, first), Date.UTC(year, month, first + days));
}

/** The first start of `window` after `now`. */
export function nextBoundary(window: TimeWindow, zone: string, now: number): number {
  return boundaries(window, zone, now).end;
}

/** What must be added to UTC to get local time at an instant, in milliseconds. */
type Offset = (instant: number) => number;

/** Epoch milliseconds at which the clocks show `local` (a UTC rendering of local time). */
function instantOf(offset: Offset, local: number): number {
  const guess = local - offset(local);
  // Near a change of clocks the offset at the guess may differ from the offset at the answer.
  return local - offset(guess);
}

/** Making the format takes long: once for all instants of a calculation. */
function offsetIn(zone: string): Offset {
  if (zone === "UTC") return () => 0;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (instant) => localTime(format, instant) - Math.floor(instant / 1000) * 1000;
}

/** What the clocks show, as if it were UTC. */
function localTime(format: Intl.DateTimeFormat, instant: number): number {
  const parts: Record<string, number> = {};
  for (const part of format.formatToParts(instant)) parts[part.type] = Number(part.value);
  return Date.UTC(
    parts.year ?? 0,
    (parts.month ?? 1) - 1,
    parts.day ?? 1,
    parts.hour ?? 0,
    parts.minute ?? 0,
    parts.second ?? 0,
  );
}
