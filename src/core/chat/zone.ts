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
 * The calendars of time zones. What the clocks of a zone show is remembered, as finding out takes long; each answer is the same
 * as that of a new one.
 */
export class Zones {
  readonly #offsets = new Map<string, Offset>();

  /**
   * The window that `now` (epoch milliseconds) lies in, by the calendar of `zone`: its start, and the start of the next
   * one. Weeks start on Monday, five hours are counted from the epoch, hours and shorter windows on the full UTC unit.
   */
  boundaries(window: TimeWindow, zone: string, now: number): { start: number; end: number } {
    if (window !== "day" && window !== "week" && window !== "month") {
      const span = WINDOW_MS[window];
      const start = Math.floor(now / span) * span;
      return { start, end: start + span };
    }
    const offset = this.#offsetIn(zone);
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

  #offsetIn(zone: string): Offset {
    let offset = this.#offsets.get(zone);
    if (offset === undefined) {
      offset = zone === "UTC" ? () => 0 : remembered(offsetIn(zone));
      this.#offsets.set(zone, offset);
    }
    return offset;
  }
}

/** The first start of `window` after `now`. */
export function nextBoundary(window: TimeWindow, zone: string, now: number): number {
  return new Zones().boundaries(window, zone, now).end;
}

/** What must be added to UTC to get local time at an instant, in milliseconds. */
type Offset = (instant: number) => number;

/** Epoch milliseconds at which the clocks show `local` (a UTC rendering of local time). */
function instantOf(offset: Offset, local: number): number {
  const guess = local - offset(local);
  // Near a change of clocks the offset at the guess may differ from the offset at the answer.
  return local - offset(guess);
}

/** Clocks are changed on full quarters of an hour, and not twice within a day, in every zone. */
const QUARTER = HOUR / 4;
const MOST_REMEMBERED = 10_000;

function remembered(offset: Offset): Offset {
  const known = new Map<number, number>();
  const at = (instant: number): number => {
    let found = known.get(instant);
    if (found === undefined) {
      found = offset(instant);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(instant, found);
    }
    return found;
  };
  return (instant) => {
    const day = Math.floor(instant / DAY) * DAY;
    const before = at(day);
    return before === at(day + DAY) ? before : at(Math.floor(instant / QUARTER) * QUARTER);
  };
}

function offsetIn(zone: string): Offset {
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
