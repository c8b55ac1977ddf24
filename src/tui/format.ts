/** Numbers and times in few, steady cells. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = ["", "k", "M", "G", "T"] as const;

/** At most 4 cells: 999, 1.2k, 14k, 310k, 1.2M. */
export function compact(amount: number): string {
  let value = Math.max(0, Number.isFinite(amount) ? amount : 0);
  let unit = 0;
  // 999.5 would be shown as 1000.
  while (unit < UNITS.length - 1 && value >= (unit === 0 ? 1_000 : 999.5)) {
    value /= 1_000;
    unit++;
  }
  if (unit === 0) return String(Math.floor(value));
  const text = value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));
  return `${text}${UNITS[unit]}`;
}

/** Tokens of a context window, which mostly are powers of two: 8k, 128k, 1M. */
export function windowSize(tokens: number): string {
  return compact(tokens % 1_024 === 0 ? (tokens / 1_024) * 1_000 : tokens);
}

/** At most 6 cells: 0:41, 5:52h, 3d4h. Rounded up: 0:00 is over. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / SECOND));
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}h`;
  const hours = Math.ceil(minutes / 60);
  return `${Math.floor(hours / 24)}d${hours % 24}h`;
}

/** At most 5 cells: 380ms, 2.3s, 45s, 2m05. */
export function latency(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)}ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  if (seconds < 99.5) return `${Math.round(seconds)}s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return `${Math.floor(whole / 60)}m${twoDigits(whole % 60)}`;
  return `${Math.floor(whole / 3_600)}h`;
}

/** How long something has lasted, in its two largest units: 12s, 3m20s, 3h12m, 5d4h. */
export function age(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m${twoDigits(Math.floor((ms % MINUTE) / SECOND))}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h${twoDigits(Math.floor((ms % HOUR) / MINUTE))}m`;
  return `${Math.floor(ms / DAY)}d${Math.floor((ms % DAY) / HOUR)}h`;
}

/** Time of day, 14:02:51; `offset` is the minutes by which the zone is ahead of UTC. */
export function timeOfDay(moment: number, offset: number): string {
  return new Date(moment + offset * MINUTE).toISOString().slice(11, 19);
}

/** Day and time, 24 Nov 14:02. */
export function dayAndTime(moment: number, offset: number): string {
  const local = new Date(moment + offset * MINUTE);
  return `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${local.toISOString().slice(11, 16)}`;
}

const MONTHS: readonly string[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** At most 5 cells: 98.6%, 100%. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return "0%";
  const value = (100 * part) / whole;
  return value >= 99.95 || value === 0 ? `${Math.round(value)}%` : `${value.toFixed(1)}%`;
}

/** A rate a second: 0.2, 1.8, 12, 340. */
export function rate(perSecond: number): string {
  return perSecond < 9.95 ? perSecond.toFixed(1) : compact(Math.round(perSecond));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
