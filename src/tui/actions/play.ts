/** The playground: a prompt, the model that is asked, and asking. */
import { chosen, shownModels } from "../lists.ts";
import { contextOf, type Ui } from "../ui.ts";
import { change, type Outcome, type Situation, say } from "./outcome.ts";

/** From a list of models the chosen one is asked. */
export function tryIt({ ui, data }: Situation): Outcome {
  const model = contextOf(ui) === "models" ? chosen(shownModels(data, ui), ui.modelId)?.id : undefined;
  const play = model === undefined ? ui.play : { ...ui.play, model };
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
  return change(ui, { scroll: 0 }, { type: "ask", model: ui.play.model, prompt });
}

export function nextTarget({ ui, data }: Situation, by: -1 | 1): Outcome {
  const known = (data.snapshot?.models ?? []).filter(({ enabled, reason }) => enabled && reason !== "no key");
  const targets = ["auto", ...known.map(({ id }) => id)];
  const index = Math.max(0, targets.indexOf(ui.play.model));
  const model = targets[(index + by + targets.length) % targets.length] ?? "auto";
  return change(ui, { play: { ...ui.play, model } });
}
