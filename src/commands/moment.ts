/** Moments in time, for people and for programs. */

/** ISO text of epoch milliseconds. */
export function isoTime(moment: number | null): string | null {
  return moment === null ? null : new Date(moment).toISOString();
}

/** What the fields of views and events that hold moments are called; others hold numbers of something else. */
const MOMENT = /^(?:at|now|from|to|until|since)$|At$/;

/** The same data with its moments as ISO text, however deep they lie. Inside freellm they are epoch milliseconds. */
export function withIsoTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withIsoTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      typeof field === "number" && MOMENT.test(name) ? isoTime(field) : withIsoTimes(field),
    ]),
  );
}

/** How long from now, in its largest two units: `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return parts(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return parts(hours, "h", minutes % 60, "min");
  return parts(Math.floor(hours / 24), "d", hours % 24, "h");
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
