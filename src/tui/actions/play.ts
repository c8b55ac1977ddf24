/** The playground: a prompt, the model that is asked, and asking. */
import type { Data } from "../data.ts";
import { chosen, shownModels } from "../lists.ts";
import { contextOf, type Play, type Ui } from "../ui.ts";
import { chosenKey } from "./keys.ts";
import { change, type Outcome, type Situation, say } from "./outcome.ts";

/** From a list of models the chosen one is asked. */
export function tryIt({ ui, data }: Situation): Outcome {
  const model = contextOf(ui) === "models" ? chosen(shownModels(data, ui), ui.modelId)?.id : undefined;
  const play = model === undefined ? ui.play : withKey(data, { ...ui.play, model }, ui.play.keyId);
  return change(ui, { view: "playground", detail: null, help: null, scroll: 0, play });
}

export function send(situation: Situation): Outcome {
  const { ui } = situation;
  const prompt = ui.play.prompt.trim();
  if (ui.play.state === "asking") return say(situation, "it is answering: esc stops it");
  if (prompt === "") return say(situation, "type a question first");
  return ask(ui, prompt);
}

export function resend(situation: Situation): Outcome {
  const { ui } = situation;
  if (ui.play.state === "asking") return say(situation, "it is answering: esc stops it");
  if (ui.play.asked === null) return say(situation, "nothing has been asked yet");
  return ask(ui, ui.play.asked);
}

function ask(ui: Ui, prompt: string): Outcome {
  const { model, keyId } = ui.play;
  // The id of a key before the model: this key or none.
  return change(
    ui,
    { scroll: 0 },
    { type: "ask", model: keyId === null ? model : `${keyId}/${model}`, prompt },
  );
}

export function nextTarget({ ui, data }: Situation, by: -1 | 1): Outcome {
  const known = (data.snapshot?.models ?? []).filter(({ enabled, reason }) => enabled && reason !== "no key");
  const targets = ["auto", ...known.map(({ id }) => id)];
  const index = Math.max(0, targets.indexOf(ui.play.model));
  const model = targets[(index + by + targets.length) % targets.length] ?? "auto";
  return change(ui, { play: withKey(data, { ...ui.play, model }, ui.play.keyId) });
}

/** The next key that may be the only one: of those that have the model, then any again. */
export function nextKey({ ui, data }: Situation): Outcome {
  const { play } = ui;
  const choices = [null, ...keysFor(data, play.model)];
  return change(ui, { play: { ...play, keyId: choices[choices.indexOf(play.keyId) + 1] ?? null } });
}

/** By the chosen key alone. */
export function tryKey(situation: Situation): Outcome {
  const { ui, data } = situation;
  const key = chosenKey(situation);
  if (key === undefined) return change(ui);
  const known = keysFor(data, ui.play.model).includes(key.id);
  const play = { ...ui.play, model: known ? ui.play.model : "auto", keyId: key.id };
  return change(ui, { view: "playground", detail: null, help: null, scroll: 0, play });
}

function keysFor(data: Data, model: string): string[] {
  return (data.snapshot?.keys ?? [])
    .filter(({ provider }) => model === "auto" || model.startsWith(`${provider}/`))
    .map(({ id }) => id);
}

/** A key that does not have the model cannot serve it. */
function withKey(data: Data, play: Play, keyId: string | null): Play {
  const keeps = keyId !== null && keysFor(data, play.model).includes(keyId);
  return { ...play, keyId: keeps ? keyId : null };
}
