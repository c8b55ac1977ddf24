/** Ask something, see the answer come, and see who gave it. */
import { compact, latency } from "../format.ts";
import { keepEnd, type Line, span } from "../line.ts";
import { cellsOf, tail, wrap } from "../text.ts";
import { border, type PaneInput, row, rows } from "./pane.ts";

/** What is wrapped and shown of an answer, however long it gets. */
const SHOWN_ANSWER = 16_000;

export function playground(input: PaneInput, width: number, height: number): Line[] {
  const { ui, glyphs } = input;
  const { play } = ui;
  const inner = width - 4;
  const promptLines = promptOf(input, inner, Math.max(1, Math.min(4, Math.floor(height / 5))));
  const bodyRows = height - promptLines.length - 3;
  const body = bodyOf(input, inner);
  // The end is where the answer grows; scrolling goes back from there.
  const start = Math.max(0, body.length - bodyRows - (play.state === "asking" ? 0 : ui.scroll));
  return [
    border(
      {
        kind: "top",
        title: [
          ...[span("Playground", "accent"), span("  to "), span(play.model, "strong")],
          ...(play.keyId === null ? [] : [span(" by "), span(play.keyId, "strong"), span(" alone")]),
        ],
        right: [span("tab: model, ctrl-k: key", "dim")],
      },
      width,
      glyphs,
    ),
    ...promptLines.map((line) => row([span(" "), ...line], width, glyphs)),
    border({ kind: "middle", title: statusOf(input) }, width, glyphs),
    ...rows(
      body.slice(start, start + bodyRows).map((line): Line => [span(" "), ...line]),
      bodyRows,
      width,
      glyphs,
    ),
    border({ kind: "bottom" }, width, glyphs),
  ];
}

function promptOf({ ui, glyphs }: PaneInput, width: number, height: number): Line[] {
  const { prompt } = ui.play;
  const cursor = span("_", "accent");
  if (prompt === "") return [[span("> ", "accent"), cursor, span(" type a question, enter asks", "dim")]];
  const lines = wrap(prompt, width - 4);
  return lines
    .slice(-height)
    .map(
      (text, index, shown): Line => [
        span(index === 0 ? (shown.length < lines.length ? glyphs.ellipsis : ">") : " ", "accent"),
        span(" "),
        span(prompt.endsWith(" ") && index === shown.length - 1 ? `${text} ` : text),
        ...(index === shown.length - 1 ? [cursor] : []),
      ],
    );
}

function bodyOf({ ui, glyphs }: PaneInput, width: number): Line[] {
  const { play } = ui;
  const lines: Line[] = [];
  if (play.asked !== null) {
    lines.push(
      keepEnd(
        [span(`${glyphs.selected} ${play.asked.replaceAll(/\s+/g, " ")}`, "dim")],
        width,
        glyphs.ellipsis,
      ),
    );
    lines.push([]);
  }
  for (const hop of play.trail) lines.push([span(`${glyphs.no} `, "warn"), span(hop, "dim")]);
  if (play.trail.length > 0) lines.push([]);
  const answer = play.answer.length > SHOWN_ANSWER ? play.answer.slice(-SHOWN_ANSWER) : play.answer;
  if (answer !== "") lines.push(...wrap(answer, width).map((text): Line => [span(text)]));
  if (play.error !== null) {
    if (answer !== "") lines.push([]);
    lines.push(...wrap(play.error, width).map((text): Line => [span(text, "bad")]));
  }
  return lines;
}

function statusOf({ ui, now, glyphs }: PaneInput): Line {
  const { play } = ui;
  const by = play.servedBy === null ? [] : [span(" by "), span(tail(play.servedBy, 60), "strong")];
  const elapsed = latency(Math.max(0, (play.endedAt ?? now) - play.startedAt));
  switch (play.state) {
    case "idle":
      return [span("answer", "dim")];
    case "asking": {
      const spinner = glyphs.spinner[Math.floor(now / 250) % glyphs.spinner.length] ?? "";
      const word = play.firstAt === null ? "waiting" : "answering";
      return [span(`${spinner} ${word} ${elapsed}`, "accent"), ...by, span(" esc stops", "dim")];
    }
    case "done": {
      const seconds = Math.max(0.001, ((play.endedAt ?? now) - (play.firstAt ?? play.startedAt)) / 1_000);
      // Four characters a token is what English comes to: a speed to compare by, not a count.
      const speed = `~${compact(cellsOf(play.answer) / 4 / seconds)} tok/s`;
      const first = play.firstAt === null ? "" : `first ${latency(play.firstAt - play.startedAt)} `;
      return [span(`${glyphs.yes} ${elapsed}`, "good"), ...by, span(`  ${first}${speed}`, "dim")];
    }
    case "failed":
      return [span(`${glyphs.no} failed after ${elapsed}`, "bad"), ...by];
    case "cancelled":
      return [span(`stopped after ${elapsed}`, "warn"), ...by];
  }
}
