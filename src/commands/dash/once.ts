/** The first screen of the dashboard as plain text, as high as it has to be. */
import { Knowledge } from "../../tui/data.ts";
import { encodeLine, type Line } from "../../tui/line.ts";
import { frame, type Look } from "../../tui/model.ts";
import type { Server } from "../../tui/source.ts";
import { firstUi } from "../../tui/ui.ts";
import type { Output } from "../output.ts";

const FEWEST_ROWS = 30;
/** Header, borders, limits of the first key, and some requests. */
const BESIDE_KEYS = 24;

export async function printOnce(server: Server, output: Output, look: Look, columns: number): Promise<void> {
  const data = new Knowledge();
  const now = Date.now();
  data.takeSnapshot(await server.snapshot(), now, true);
  data.link = { state: "live" };
  const keys = data.snapshot?.keys.length ?? 0;
  const rows = Math.max(FEWEST_ROWS, Math.ceil(keys / 0.6) + BESIDE_KEYS);
  // The last line tells what to press.
  const lines = frame(data, firstUi(), now, { columns, rows }, look).slice(0, -1);
  for (const line of withoutBlankEnd(lines)) output.line(encodeLine(line, look).trimEnd());
}

/** Rows that no request has filled, above the last border. */
function withoutBlankEnd(lines: readonly Line[]): Line[] {
  const last = lines.length - 1;
  let end = last;
  while (isBlank(lines[end - 1])) end--;
  return [...lines.slice(0, end), ...lines.slice(last)];
}

/** Nothing but borders and blanks. */
function isBlank(line: Line | undefined): boolean {
  return (
    line
      ?.map(({ text }) => text)
      .join("")
      .match(/^[│|]\s*[│|]$/) != null
  );
}
