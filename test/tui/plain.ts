/** A line of the dashboard without its colours. */
import type { Line } from "../../src/tui/line.ts";

export function plainText(line: Line): string {
  return line.map(({ text }) => text).join("");
}
