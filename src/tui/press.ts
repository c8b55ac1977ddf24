/** One key press: what it makes of the screen, and what it wants done. Pure. */

import type { AnalyticsRange } from "../core/command.ts";
import * as keys from "./actions/keys.ts";
import { back, goTo, move, nextPane, open, toggle } from "./actions/move.ts";
import { change, type Outcome, type Situation, say } from "./actions/outcome.ts";
import { nextKey, nextTarget, resend, send, tryIt, tryKey } from "./actions/play.ts";
import { answer, edited } from "./actions/prompt.ts";
import { type Action, bindingFor } from "./keymap.ts";
import { chosen, shownRequests } from "./lists.ts";
import { type AnalyticsBy, contextOf, type KeySort, listOf } from "./ui.ts";

/** `typed`: the characters that the key stands for, or that were pasted; "" for keys that type nothing. */
export interface Press {
  key: string;
  typed: string;
}

const SORTS: readonly KeySort[] = ["order", "state", "use", "name"];
const RANGES: readonly AnalyticsRange[] = ["1h", "24h", "7d", "30d", "90d"];
const GROUPS: readonly AnalyticsBy[] = ["providers", "models", "keys"];

export function press(situation: Situation, { key, typed }: Press): Outcome {
  const { ui } = situation;
  if (ui.prompt !== null) return answer(situation, ui.prompt, key, typed);
  const context = contextOf(ui);
  const binding = bindingFor(context, key);
  if (binding) return ACTIONS[binding.action](situation);
  if (context === "help") {
    const help = edited(ui.help ?? "", key, typed);
    return help === null ? change(ui) : change(ui, { help, scroll: 0 });
  }
  if (context === "playground") {
    const prompt = edited(ui.play.prompt, key, typed);
    return prompt === null ? change(ui) : change(ui, { play: { ...ui.play, prompt } });
  }
  return change(ui);
}

function after<T>(list: readonly T[], current: T, by: number): T {
  return list[(list.indexOf(current) + by + list.length) % list.length] ?? current;
}

const ACTIONS: Readonly<Record<Action, (situation: Situation) => Outcome>> = {
  down: (situation) => move(situation, "down"),
  up: (situation) => move(situation, "up"),
  "page-down": (situation) => move(situation, "page-down"),
  "page-up": (situation) => move(situation, "page-up"),
  first: (situation) => move(situation, "first"),
  last: (situation) => move(situation, "last"),
  open,
  back,
  "next-pane": nextPane,
  filter({ ui }) {
    const list = listOf(ui);
    const before = list === null ? "" : ui.filters[list];
    return change(ui, { prompt: { kind: "filter", text: before, before } });
  },
  sort: ({ ui }) => change(ui, { sort: after(SORTS, ui.sort, 1) }),
  reverse: ({ ui }) => change(ui, { reversed: !ui.reversed }),
  switch: keys.switchOnOff,
  probe: keys.probe,
  "probe-all": keys.probeAll,
  clear: keys.clear,
  earlier: (situation) => keys.reorder(situation, -1),
  later: (situation) => keys.reorder(situation, 1),
  pin: keys.pin,
  add: ({ ui }) => change(ui, { prompt: { kind: "add-provider", text: "" } }),
  remove: keys.remove,
  label: keys.label,
  copy(situation) {
    const { ui, data } = situation;
    const id =
      ui.detail?.id ??
      {
        keys: () => keys.chosenKey(situation)?.id,
        models: () => keys.chosenModel(situation)?.id,
        requests: () => chosen(shownRequests(data, ui), ui.requestId)?.id,
      }[listOf(ui) ?? "keys"]();
    return id === undefined ? change(ui) : change(ui, {}, { type: "copy", text: id, what: id });
  },
  "all-models": ({ ui }) => change(ui, { allModels: !ui.allModels }),
  "next-range": ({ ui }) => change(ui, { range: RANGES[RANGES.indexOf(ui.range) + 1] ?? ui.range }),
  "previous-range": ({ ui }) => change(ui, { range: RANGES[RANGES.indexOf(ui.range) - 1] ?? ui.range }),
  "next-by": ({ ui }) => change(ui, { by: after(GROUPS, ui.by, 1), scroll: 0 }),
  send,
  resend,
  "next-target": (situation) => nextTarget(situation, 1),
  "previous-target": (situation) => nextTarget(situation, -1),
  "next-key": nextKey,
  follow(situation) {
    const { ui, data } = situation;
    if (ui.requestId !== null) return change(ui, { requestId: null });
    return change(ui, { requestId: shownRequests(data, ui)[0]?.id ?? null });
  },
  "toggle-keys": (situation) => toggle(situation, "keys"),
  "toggle-limits": (situation) => toggle(situation, "limits"),
  "toggle-rates": (situation) => toggle(situation, "rates"),
  "toggle-requests": (situation) => toggle(situation, "requests"),
  zoom: ({ ui }) => (ui.view === "overview" ? change(ui, { zoomed: !ui.zoomed }) : change(ui)),
  undo: keys.undo,
  overview: (situation) => goTo(situation, "overview"),
  models: (situation) => goTo(situation, "models"),
  requests: (situation) => goTo(situation, "requests"),
  analytics: (situation) => goTo(situation, "analytics"),
  try: tryIt,
  "try-key": tryKey,
  help: ({ ui }) => change(ui, { help: "", scroll: 0 }),
  "command-line": ({ ui }) => change(ui, { prompt: { kind: "command", text: "" } }),
  retry: (situation) => ({ ...say(situation, "asking again ..."), effects: [{ type: "retry" }] }),
  redraw: ({ ui }) => change(ui, {}, { type: "redraw" }),
  suspend: ({ ui }) => change(ui, {}, { type: "suspend" }),
  quit: ({ ui }) => change(ui, {}, { type: "quit" }),
};
