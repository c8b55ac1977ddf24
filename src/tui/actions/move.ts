/** Moving in lists and pages, and between the places of the dashboard. */
import { chosen, shownKeys, shownModels, shownRequests } from "../lists.ts";
import { contextOf, listOf, type Section, type Ui, type View } from "../ui.ts";
import { change, type Outcome, type Situation } from "./outcome.ts";

type Step = "down" | "up" | "page-down" | "page-up" | "first" | "last";

function moved(index: number, count: number, step: Step, page: number): number {
  const by: Record<Step, number> = {
    ...{ down: index + 1, up: index - 1, "page-down": index + page, "page-up": index - page },
    ...{ first: 0, last: count - 1 },
  };
  return Math.max(0, Math.min(count - 1, by[step]));
}

function idAfter(
  list: readonly { id: string }[],
  id: string | null,
  step: Step,
  page: number,
): string | null {
  const current = chosen(list, id);
  const index = current === undefined ? 0 : list.indexOf(current);
  return list[moved(index, list.length, step, page)]?.id ?? null;
}

export function move(situation: Situation, step: Step): Outcome {
  const { ui, data, now, page } = situation;
  switch (listOf(ui)) {
    case "keys":
      return change(ui, { keyId: idAfter(shownKeys(data, ui, now), ui.keyId, step, page) });
    case "models":
      return change(ui, { modelId: idAfter(shownModels(data, ui), ui.modelId, step, page) });
    case "requests": {
      const list = shownRequests(data, ui);
      const id = idAfter(list, ui.requestId, step, page);
      // At the top the latest is followed.
      return change(ui, { requestId: id === list[0]?.id ? null : id });
    }
    case null:
      return change(ui, {
        scroll: moved(ui.scroll, Number.MAX_SAFE_INTEGER, step === "last" ? "down" : step, page),
      });
  }
}

/** One step out: what is innermost is closed first. */
export function back(situation: Situation): Outcome {
  const { ui } = situation;
  if (ui.help !== null) return change(ui, { help: null, scroll: 0 });
  if (ui.detail !== null) return change(ui, { detail: null, scroll: 0 });
  const list = listOf(ui);
  if (list !== null && ui.filters[list] !== "") {
    return change(ui, { filters: { ...ui.filters, [list]: "" } });
  }
  if (ui.view === "playground" && ui.play.state === "asking") {
    return change(ui, {}, { type: "stop-asking" });
  }
  if (ui.view !== "overview") return change(ui, { view: "overview", scroll: 0 });
  if (ui.zoomed) return change(ui, { zoomed: false });
  if (ui.focus === "requests" && ui.requestId !== null) return change(ui, { requestId: null });
  return change(ui, { focus: "keys" });
}

export function open(situation: Situation): Outcome {
  const { ui, data, now } = situation;
  const isKey = contextOf(ui) === "keys";
  const id = isKey
    ? chosen(shownKeys(data, ui, now), ui.keyId)?.id
    : chosen(shownRequests(data, ui), ui.requestId)?.id;
  if (id === undefined) return change(ui);
  const selection = isKey ? { keyId: id } : { requestId: id };
  const detail = { kind: isKey ? "key" : "request", id } as const;
  const asked = isKey ? [] : [{ type: "explain", id } as const];
  return change(ui, { ...selection, detail, scroll: 0 }, ...asked);
}

export function goTo({ ui }: Situation, view: View): Outcome {
  return change(ui, { view, detail: null, help: null, scroll: 0 });
}

export function toggle({ ui }: Situation, section: Section): Outcome {
  const hidden = new Set(ui.hidden);
  if (!hidden.delete(section)) hidden.add(section);
  const focus = focusAmong(hidden, ui.focus);
  // Something must be left to look at.
  return focus === null ? change(ui) : change(ui, { hidden, focus });
}

function focusAmong(hidden: ReadonlySet<Section>, focus: Ui["focus"]): Ui["focus"] | null {
  if (!hidden.has(focus)) return focus;
  const other = focus === "keys" ? "requests" : "keys";
  return hidden.has(other) ? null : other;
}

export function nextPane({ ui }: Situation): Outcome {
  const other = ui.focus === "keys" ? "requests" : "keys";
  return ui.view !== "overview" || ui.hidden.has(other) ? change(ui) : change(ui, { focus: other });
}
