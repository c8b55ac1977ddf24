/** What can be done to keys and models. Whatever can be undone says so; what cannot asks first. */
import type { Command, KeyView, ModelView } from "../../core/command.ts";
import { keyFace } from "../faces.ts";
import { countdown } from "../format.ts";
import { chosen, modelWord, shownKeys, shownModels } from "../lists.ts";
import { contextOf, type Effect, type Prompt } from "../ui.ts";
import { change, type Outcome, type Situation, say } from "./outcome.ts";

/** The one whose details are open, else the one that the list stands on. */
export function chosenKey({ data, ui, now }: Situation): KeyView | undefined {
  if (ui.detail !== null) return data.snapshot?.keys.find(({ id }) => id === ui.detail?.id);
  return chosen(shownKeys(data, ui, now), ui.keyId);
}

export function chosenModel({ data, ui }: Situation): ModelView | undefined {
  return chosen(shownModels(data, ui), ui.modelId);
}

const isModels = (situation: Situation): boolean => contextOf(situation.ui) === "models";

export function switchOnOff(situation: Situation): Outcome {
  const { ui } = situation;
  if (isModels(situation)) {
    const model = chosenModel(situation);
    if (model === undefined) return change(ui);
    if (model.enabled || !model.mayCost) return change(ui, {}, switchModel(model));
    const question = `Calls of ${model.id} may cost money. Enable it? y/n`;
    return change(ui, { prompt: { kind: "confirm", question, effects: [switchModel(model)] } });
  }
  const key = chosenKey(situation);
  if (key === undefined) return change(ui);
  const effect = switchKey(key);
  const lost = key.state === "disabled" ? [] : lostWith(situation, key);
  if (lost.length === 0) return change(ui, {}, effect);
  const what = lost.length === 1 ? lost[0] : `${lost.length} models`;
  const question = `${key.id} is the last ready key of ${what}. Disable it? y/n`;
  return change(ui, { prompt: { kind: "confirm", question, effects: [effect] } });
}

function switchKey({ id, state }: KeyView): Effect {
  const [enable, disable] = [{ type: "key-enable", id } as const, { type: "key-disable", id } as const];
  return state === "disabled"
    ? {
        type: "command",
        command: enable,
        done: `${id} enabled`,
        undo: { command: disable, says: `${id} disabled` },
      }
    : {
        type: "command",
        command: disable,
        done: `${id} disabled`,
        undo: { command: enable, says: `${id} enabled` },
      };
}

function switchModel({ id: model, enabled, mayCost }: ModelView): Effect {
  const on = { type: "model-enable", model, ...(mayCost ? { mayCost } : {}) } as const;
  const off = { type: "model-disable", model } as const;
  return enabled
    ? {
        type: "command",
        command: off,
        done: `${model} disabled`,
        undo: { command: on, says: `${model} enabled` },
      }
    : {
        type: "command",
        command: on,
        done: `${model} enabled`,
        undo: { command: off, says: `${model} disabled` },
      };
}

/** Families that nothing ready would serve any more without this key. */
function lostWith({ data, now }: Situation, key: KeyView): string[] {
  const { keys = [], models = [] } = data.snapshot ?? {};
  const ready = (one: KeyView): boolean => ["ready", "new"].includes(keyFace(one, now).word);
  if (!ready(key)) return [];
  const others = new Set(
    keys.filter((one) => one.id !== key.id && ready(one)).map(({ provider }) => provider),
  );
  const served = models.filter((model) => modelWord(model) === "ready");
  const families = served.filter(({ provider }) => provider === key.provider).map(({ family }) => family);
  const kept = new Set(served.filter(({ provider }) => others.has(provider)).map(({ family }) => family));
  return [...new Set(families)].filter((family) => !kept.has(family));
}

export function probe(situation: Situation): Outcome {
  const key = chosenKey(situation);
  if (key === undefined) return change(situation.ui);
  const said = say(situation, `testing ${key.id} ...`);
  return { ...said, effects: [{ type: "command", command: { type: "key-test", id: key.id }, done: "" }] };
}

/** Asks first: whoever said to wait may take it ill. */
export function clear(situation: Situation): Outcome {
  const { ui, now } = situation;
  const key = chosenKey(situation);
  if (key === undefined) return change(ui);
  const { id, until, detail } = key;
  const { word } = keyFace(key, now);
  if ((word !== "cooling" && word !== "failing") || until === null)
    return say(situation, `${id} does not rest`);
  const why = detail === null ? "" : `: ${detail}`;
  const question = `${id} rests for ${countdown(until - now)}${why}. Call it again now? y/n`;
  const effect = {
    type: "command",
    command: { type: "key-clear", id },
    done: `${id} rests no longer`,
  } as const;
  return change(ui, { prompt: { kind: "confirm", question, effects: [effect] } });
}

export function probeAll(situation: Situation): Outcome {
  const said = say(situation, "testing every key ...");
  return { ...said, effects: [{ type: "command", command: { type: "key-test", id: null }, done: "" }] };
}

/** Moves the chosen one among those that are shown; the order of all the others stays. */
export function reorder(situation: Situation, by: -1 | 1): Outcome {
  const { ui, data } = situation;
  if (isModels(situation)) {
    const all = (data.snapshot?.models ?? []).map(({ id }) => id);
    const order = swapped(all, shownModels(data, ui), chosenModel(situation)?.id, by);
    if (order === null) return change(ui);
    const back = { type: "models-reorder", models: all } as const;
    return change(
      ui,
      { modelId: order.id },
      {
        ...{ type: "command", command: { type: "models-reorder", models: order.ids } },
        ...{ done: `${order.id} is tried ${by < 0 ? "earlier" : "later"}` },
        undo: { command: back, says: "the order is as before" },
      },
    );
  }
  if (ui.sort !== "order" || ui.reversed) return say(situation, "sort by order first: s");
  const all = (data.snapshot?.keys ?? []).map(({ id }) => id);
  const order = swapped(all, shownKeys(data, ui, situation.now), chosenKey(situation)?.id, by);
  if (order === null) return change(ui);
  return change(
    ui,
    { keyId: order.id },
    {
      ...{ type: "command", command: { type: "keys-reorder", ids: order.ids } },
      ...{ done: `${order.id} is tried ${by < 0 ? "earlier" : "later"}` },
      undo: { command: { type: "keys-reorder", ids: all }, says: "the order is as before" },
    },
  );
}

/** All ids with `id` moved past its neighbour in the list that is shown; null where there is none. */
function swapped(
  all: readonly string[],
  shown: readonly { id: string }[],
  id: string | undefined,
  by: -1 | 1,
): { id: string; ids: string[] } | null {
  const index = shown.findIndex((one) => one.id === id);
  const neighbour = shown[index + by];
  if (id === undefined || index === -1 || neighbour === undefined) return null;
  const ids = all.filter((one) => one !== id);
  ids.splice(ids.indexOf(neighbour.id) + (by > 0 ? 1 : 0), 0, id);
  return { id, ids };
}

export function pin(situation: Situation): Outcome {
  const { ui } = situation;
  const model = chosenModel(situation);
  if (model === undefined) return change(ui);
  const { id, pinned } = model;
  const pinning = (to: boolean): Command => ({ type: "models-pin", models: [id], pinned: to });
  const [done, says] = pinned
    ? [`${id} is in its order`, `${id} goes first`]
    : [`${id} goes first`, `${id} is in its order`];
  const undo = { command: pinning(pinned), says };
  return change(ui, { modelId: id }, { type: "command", command: pinning(!pinned), done, undo });
}

export function remove(situation: Situation): Outcome {
  const key = chosenKey(situation);
  if (key === undefined) return change(situation.ui);
  const prompt: Prompt = { kind: "remove", keyId: key.id, expects: key.last4 ?? key.id, text: "" };
  return change(situation.ui, { prompt });
}

export function label(situation: Situation): Outcome {
  const key = chosenKey(situation);
  if (key === undefined) return change(situation.ui);
  const before = key.label ?? "";
  return change(situation.ui, { prompt: { kind: "label", keyId: key.id, before, text: before } });
}

export function undo(situation: Situation): Outcome {
  const { ui, now } = situation;
  if (ui.undo === null || ui.undo.until <= now) return say(situation, "there is nothing to undo");
  const { command, says } = ui.undo;
  return change(ui, { undo: null }, { type: "command", command, done: says });
}
