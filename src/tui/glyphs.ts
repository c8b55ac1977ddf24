/** The signs that the dashboard draws with, in Unicode and in ASCII: the same meaning, the same width. */

/** Unicode, then ASCII. Corners and crossings are named by where their arms go. */
const SIGNS = {
  horizontal: ["─", "-"],
  vertical: ["│", "|"],
  topLeft: ["┌", "+"],
  topRight: ["┐", "+"],
  bottomLeft: ["└", "+"],
  bottomRight: ["┘", "+"],
  left: ["├", "+"],
  right: ["┤", "+"],
  down: ["┬", "+"],
  up: ["┴", "+"],
  ready: ["●", "*"],
  cooling: ["◐", "~"],
  bad: ["✖", "x"],
  off: ["○", "-"],
  unknown: ["?", "?"],
  yes: ["✔", "+"],
  no: ["✖", "x"],
  arrow: ["→", ">"],
  selected: ["▸", ">"],
  ellipsis: ["…", "~"],
  none: ["–", "-"],
  dot: ["·", "."],
  empty: ["░", "."],
  upArrow: ["↑", "^"],
  downArrow: ["↓", "v"],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

/** Signs in eight steps. `eighths` fill a cell from the left, `rising` from below. */
const STEPS = {
  eighths: ["▏▎▍▌▋▊▉█", "...#####"],
  rising: ["▁▂▃▄▅▆▇█", "__..::||"],
  spinner: ["⠋⠙⠹⠸⠼⠴⠦⠧", "-\\|/-\\|/"],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

export type Glyphs = Readonly<Record<keyof typeof SIGNS, string>> &
  Readonly<Record<keyof typeof STEPS, readonly string[]>>;

export const UNICODE = glyphsOf(0);
export const ASCII = glyphsOf(1);

function glyphsOf(column: 0 | 1): Glyphs {
  return { ...mapped(SIGNS, (pair) => pair[column]), ...mapped(STEPS, (pair) => [...pair[column]]) };
}

function mapped<K extends string, T>(
  table: Readonly<Record<K, readonly [string, string]>>,
  pick: (pair: readonly [string, string]) => T,
): Record<K, T> {
  const entries = Object.entries<readonly [string, string]>(table).map(([name, pair]) => [name, pick(pair)]);
  return Object.fromEntries(entries) as Record<K, T>;
}
