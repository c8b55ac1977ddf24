/** Which calendar window an instant lies in, read off the wall clock of the zone: no arithmetic with offsets. */
import type { LimitSpec } from "../../core/provider.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Clocks are changed, and days begin, on full quarters of an hour in every zone. */
const QUARTER = HOUR / 4;
const LONGEST = 32 * DAY;
/** Remembered dates; beyond that they are read anew. */
const MOST_DATES = 50_000;

interface LocalDate {
  /** Days since the epoch, as the calendar on the wall has it. */
  day: number;
  month: number;
}

export class Calendar {
  readonly #formats = new Map<string, Intl.DateTimeFormat>();
  readonly #dates = new Map<string, Map<number, LocalDate>>();

  /** The same number for all instants of one window, another for those of any other. */
  windowOf(window: LimitSpec["window"], zone: string, at: number): number {
    switch (window) {
      case "second":
        return Math.floor(at / 1_000);
      case "minute":
        return Math.floor(at / 60_000);
      case "hour":
        return Math.floor(at / HOUR);
      case "five_hours":
        return Math.floor(at / (5 * HOUR));
      case "day":
        return this.#date(zone, at).day;
      case "week":
        // The epoch began on a Thursday; weeks begin on Monday.
        return Math.floor((this.#date(zone, at).day + 3) / 7);
      case "month":
        return this.#date(zone, at).month;
    }
  }

  /** The first instant after `at` that lies in another window. */
  endOf(window: LimitSpec["window"], zone: string, at: number): number {
    const current = this.windowOf(window, zone, at);
    const unit = window === "second" || window === "minute" ? 1_000 : QUARTER;
    let inside = Math.floor(at / unit);
    let outside = Math.ceil((at + LONGEST) / unit);
    while (outside - inside > 1) {
      const middle = Math.floor((inside + outside) / 2);
      if (this.windowOf(window, zone, middle * unit) === current) inside = middle;
      else outside = middle;
    }
    return outside * unit;
  }

  #date(zone: string, at: number): LocalDate {
    const quarter = Math.floor(at / QUARTER);
    let dates = this.#dates.get(zone);
    if (dates === undefined || dates.size > MOST_DATES) {
      dates = new Map();
      this.#dates.set(zone, dates);
    }
    let date = dates.get(quarter);
    if (date === undefined) {
      date = this.#read(zone, quarter * QUARTER);
      dates.set(quarter, date);
    }
    return date;
  }

  #read(zone: string, at: number): LocalDate {
    let format = this.#formats.get(zone);
    if (format === undefined) {
      format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        year: "numeric",
        month: "numeric",
        day: "numeric",
      });
      this.#formats.set(zone, format);
    }
    const parts = { year: 0, month: 0, day: 0 };
    for (const { type, value } of format.formatToParts(at)) {
      if (type === "year" || type === "month" || type === "day") parts[type] = Number(value);
    }
    const { year, month, day } = parts;
    return { day: Date.UTC(year, month - 1, day) / DAY, month: year * 12 + month };
  }
}
