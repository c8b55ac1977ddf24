/** The models in the order in which they are tried, and whether each would be served now. */
import type { ModelView } from "../../core/command.ts";
import { countdown, windowSize } from "../format.ts";
import { cell, type Line, type Span, span, type Tone } from "../line.ts";
import { chosen, hiddenModels, modelWord, shownModels, windowStart } from "../lists.ts";
import { box, join, type PaneInput } from "./pane.ts";

export function models(input: PaneInput, width: number, height: number): Line[] {
  const { data, ui, glyphs } = input;
  const list = shownModels(data, ui);
  const ready = list.filter((model) => modelWord(model) === "ready").length;
  const hidden = hiddenModels(data, ui);
  const filter = ui.filters.models;
  return box(
    [span("Models", "accent"), span(`  ${ready} of ${list.length} ready`)],
    [
      span(filter === "" ? "" : `/${filter} `, "accent"),
      span(hidden === 0 ? "" : `${hidden} more without a key: *`, "dim"),
    ],
    list.length === 0
      ? [[], [span(`  ${emptyText(input)}`, "dim")]]
      : table(input, list, width - 2, height - 2),
    width,
    height,
    glyphs,
  );
}

function emptyText({ ui, glyphs }: PaneInput): string {
  const filter = ui.filters.models;
  return filter === ""
    ? "no model has a key yet: * shows them all"
    : `no model matches "${filter}" ${glyphs.dot} esc clears`;
}

function table(input: PaneInput, list: readonly ModelView[], width: number, height: number): Line[] {
  const { ui } = input;
  const current = chosen(list, ui.modelId);
  const room = height - 1;
  const start = windowStart(list.length, room, current === undefined ? 0 : list.indexOf(current));
  const context = width >= 66 ? 7 : 0;
  const abilities = width >= 88 ? 19 : 0;
  const state = width >= 56 ? 24 : 10;
  const fixed = 6 + 1 + state + (context > 0 ? context + 1 : 0) + (abilities > 0 ? abilities + 1 : 0);
  const name = Math.max(8, width - fixed);
  const head: Line = [
    span("      "),
    cell("model", name, "dim"),
    span(" "),
    ...(context > 0 ? [cell("context", context, "dim", "right"), span(" ")] : []),
    ...(abilities > 0 ? [cell("can", abilities, "dim"), span(" ")] : []),
    cell("state", state, "dim"),
  ];
  const lines = list.slice(start, start + room).map((model): Line => {
    const isChosen = model === current;
    const window = model.contextWindow === null ? input.glyphs.none : windowSize(model.contextWindow);
    return join([
      span(isChosen ? input.glyphs.selected : " ", "accent"),
      cell(String(model.order), 4, "dim", "right"),
      span(model.pinned ? input.glyphs.upArrow : " ", "accent"),
      cell(
        model.id,
        name,
        isChosen ? "accent" : modelWord(model) === "ready" ? "plain" : "dim",
        "left",
        input.glyphs.ellipsis,
      ),
      span(" "),
      ...(context > 0 ? [cell(window, context, "dim", "right"), span(" ")] : []),
      ...(abilities > 0 ? [cell(abilitiesOf(model), abilities, "dim"), span(" ")] : []),
      ...stateOf(model, input, state),
    ]);
  });
  return [head, ...lines];
}

/** One word each, always in its place. */
function abilitiesOf({ capabilities }: ModelView): string {
  const { tools, vision, jsonSchema, reasoning } = capabilities;
  const words = [tools && "tool", vision && "see", jsonSchema && "json", reasoning && "think"];
  return words
    .map((word, index) => (word || "").padEnd([5, 4, 5, 0][index] ?? 0))
    .join("")
    .trimEnd();
}

function stateOf(model: ModelView, { glyphs, now }: PaneInput, width: number): Span[] {
  const word = modelWord(model);
  const isOver = word === "cooling" && model.until !== null && model.until <= now;
  const faces: Record<typeof word, readonly [string, Tone]> = {
    ready: [glyphs.ready, "good"],
    off: [glyphs.off, "dim"],
    cooling: [glyphs.cooling, "warn"],
    blocked: [glyphs.bad, "bad"],
    "no key": [glyphs.off, "dim"],
  };
  const [sign, tone] = faces[isOver ? "ready" : word];
  const rest =
    word === "cooling" && model.until !== null && !isOver ? `${countdown(model.until - now)} ` : "";
  const reason = word === "cooling" || word === "blocked" ? (model.reason ?? "") : word;
  const text = isOver ? "ready" : `${rest}${reason}`;
  return [
    span(sign, tone),
    span(" "),
    cell(text, width - 2, tone === "good" ? "plain" : tone, "left", glyphs.ellipsis),
  ];
}
