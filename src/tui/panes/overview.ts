/** The first screen: keys above, the chosen one's limits, throughput and forecast between, requests below. */
import { cell, fitLine, idCell, type Line, span, widthOf } from "../line.ts";
import { chosen, shownKeys, shownRequests } from "../lists.ts";
import type { Section } from "../ui.ts";
import { keyLines, stateCounts } from "./keys.ts";
import { limitLines, limitPairs } from "./limits.ts";
import { beside, border, type PaneInput, row, rows } from "./pane.ts";
import { forecastLines, rateLines, rateTitle } from "./rates.ts";
import { requestLines } from "./trail.ts";

/** Exactly `height` lines of `width` cells. */
export function overview(input: PaneInput, width: number, height: number): Line[] {
  const { data, ui, glyphs } = input;
  if (data.snapshot !== null && data.snapshot.keys.length === 0) return noKeys(input, width, height);
  const has = (section: Section): boolean => {
    if (ui.zoomed) return section === ui.focus;
    return !ui.hidden.has(section);
  };
  const middle = middleOf(input, width, height, has);
  const withKeys = has("keys");
  // Where there is no room for two lists, the one with the focus is shown.
  const cramped = height < 10 && withKeys && has("requests");
  const showKeys = withKeys && !(cramped && ui.focus === "requests");
  const showRequests = has("requests") && !(cramped && ui.focus === "keys" && height < 7);
  const lines = [border({ kind: "top", ...titles(input, width, showKeys) }, width, glyphs)];
  const borders = 2 + (showKeys && showRequests ? 1 : 0);
  const room = height - borders - middle.length;
  const keyRows = showKeys ? (showRequests ? keyShare(input, room) : room) : 0;
  if (showKeys) lines.push(...rows(keyLines(input, width - 2, keyRows), keyRows, width, glyphs));
  lines.push(...middle);
  if (showRequests) {
    if (showKeys)
      lines.push(
        border(
          { kind: "middle", ...requestTitle(input), up: crossings(width, middle.length) },
          width,
          glyphs,
        ),
      );
    const requestRows = room - keyRows;
    lines.push(...rows(requestLines(input, width - 2, requestRows), requestRows, width, glyphs));
  }
  lines.push(
    border(
      { kind: "bottom", ...(showRequests ? {} : { up: crossings(width, middle.length) }) },
      width,
      glyphs,
    ),
  );
  return lines;
}

/** Rows of the keys with their title: as many as there are, but never more than three in five. */
function keyShare({ data, ui, now }: PaneInput, room: number): number {
  const wanted = Math.max(3, shownKeys(data, ui, now).length) + 1;
  return Math.max(Math.min(2, room - 1), Math.min(wanted, Math.floor(room * 0.6)));
}

function titles(input: PaneInput, width: number, showKeys: boolean): { title: Line; right: Line } {
  if (!showKeys) return requestTitle(input);
  const { ui, glyphs } = input;
  const tone = ui.focus === "keys" ? "accent" : "plain";
  const filter = ui.filters.keys === "" ? "" : `/${ui.filters.keys} `;
  const counts = stateCounts(input, width >= 90 && filter === "");
  const direction = ui.reversed ? glyphs.upArrow : glyphs.downArrow;
  return {
    title: [span("Keys", tone), span("  "), ...counts],
    right: [span(filter, "accent"), span(`by ${ui.sort} ${direction}`, "dim")],
  };
}

export function requestTitle({ ui, data, glyphs }: PaneInput): { title: Line; right: Line } {
  const focus = ui.view === "requests" || ui.focus === "requests";
  const filter = ui.filters.requests;
  const newer = shownRequests(data, ui).findIndex(({ id }) => id === ui.requestId);
  const following = newer < 0 ? "live" : `held ${glyphs.dot} ${newer} newer ${glyphs.upArrow}`;
  const waiting = data.live.length;
  return {
    title: [span("Requests", focus ? "accent" : "plain"), span(`  ${following}`, "dim")],
    right: [
      span(filter === "" ? "" : `/${filter} `, "accent"),
      span(waiting === 0 ? "" : `${waiting} under way`, "accent"),
    ],
  };
}

/** Limits, throughput and forecast: five lines in three columns, two in two, or nothing. */
function middleOf(
  input: PaneInput,
  width: number,
  height: number,
  has: (section: Section) => boolean,
): Line[] {
  const { data, ui, glyphs, now } = input;
  const key = chosen(shownKeys(data, ui, now), ui.keyId);
  if (height < 18 || width < 60) return [];
  const tall = height >= 24 && width >= 96;
  const name = idCell(key?.id ?? "", Math.min(24, (key?.id ?? "").length), "plain", glyphs.ellipsis);
  if (!tall) return lowMiddle(input, width, has, key, [name, span(` ${glyphs.dot} limits`, "dim")]);
  const [one = 0, two = 0] = crossings(width, 6);
  const widths = [one - 1, two - one - 1, width - two - 2] as const;
  const blank: Line[] = [];
  const parts = [
    [has("limits") ? limitLines(input, key, widths[0] - 2, 5) : blank, widths[0]],
    [has("rates") ? rateLines(input, widths[1] - 2, 5) : blank, widths[1]],
    [has("rates") ? forecastLines(input, widths[2] - 2, 5) : blank, widths[2]],
  ] as const;
  if (!has("limits") && !has("rates")) return [];
  const top = border({ kind: "middle", down: [one, two] }, width, glyphs);
  const titled = overlay(top, [
    [2, has("limits") ? [name, span(` ${glyphs.dot} limits`, "dim")] : []],
    [one + 2, has("rates") ? [span("throughput"), span(` ${glyphs.dot} 15 min`, "dim")] : []],
    [two + 2, has("rates") ? [span("forecast"), span(` ${glyphs.dot} this pace`, "dim")] : []],
  ]);
  return [titled, ...beside(parts, 5, glyphs).map((line) => row(line, width, glyphs))];
}

function lowMiddle(
  input: PaneInput,
  width: number,
  has: (section: Section) => boolean,
  key: Parameters<typeof limitPairs>[1],
  name: Line,
): Line[] {
  const { glyphs } = input;
  if (!has("limits") && !has("rates")) return [];
  const [split = 0] = crossings(width, 3);
  const top = border({ kind: "middle", down: [split] }, width, glyphs);
  const graph = has("rates") ? rateTitle(input, Math.max(4, Math.min(16, width - split - 28))) : [];
  const titled = overlay(top, [
    [2, has("limits") ? name : []],
    [split + 2, has("rates") ? [span("forecast")] : []],
    [width - widthOf(graph) - 4, graph],
  ]);
  const parts = [
    [has("limits") ? limitPairs(input, key, split - 3, 2) : [], split - 1],
    [has("rates") ? forecastLines(input, width - split - 4, 2) : [], width - split - 2],
  ] as const;
  return [titled, ...beside(parts, 2, glyphs).map((line) => row(line, width, glyphs))];
}

/** Where the columns of a middle of so many lines begin. */
function crossings(width: number, lines: number): number[] {
  if (lines === 0) return [];
  return lines > 3 ? [Math.floor(width * 0.42), Math.floor(width * 0.74)] : [Math.floor(width * 0.56)];
}

/** Words put upon a border, each with a blank at both sides. */
function overlay(line: Line, words: readonly (readonly [number, Line])[]): Line {
  const cells: Line[] = line.flatMap(({ text, tone }) =>
    [...text].map((character) => [{ text: character, tone }]),
  );
  for (const [start, title] of words) {
    if (title.length === 0) continue;
    const flat = [span(" "), ...title, span(" ")].flatMap(({ text, tone }) =>
      [...text].map((character) => [{ text: character, tone }]),
    );
    cells.splice(
      start,
      Math.min(flat.length, cells.length - 1 - start),
      ...flat.slice(0, cells.length - 1 - start),
    );
  }
  return cells.flat();
}

/** Nothing to show yet: how to begin. */
function noKeys({ signUps, glyphs }: PaneInput, width: number, height: number): Line[] {
  const lines: Line[] = [
    [],
    [span("  No keys yet. Add a free one and you are serving:")],
    [],
    ...signUps
      .slice(0, 6)
      .map(({ provider, url }): Line => [span("    "), cell(provider, 14, "accent"), span(url, "dim")]),
    [],
    [span("  press "), span("a", "accent"), span(" here, or run "), span("freellm keys add", "accent")],
  ];
  return [
    border({ kind: "top", title: [span("Keys", "accent")] }, width, glyphs),
    ...rows(
      lines.map((line) => fitLine(line, width - 2)),
      height - 2,
      width,
      glyphs,
    ),
    border({ kind: "bottom" }, width, glyphs),
  ];
}
