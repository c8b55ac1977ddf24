/** Typing: filters, questions, the command line, the playground's prompt. */
import type { Command } from "../../core/command.ts";
import { listOf, type Prompt, type Ui } from "../ui.ts";
import { goTo } from "./move.ts";
import { change, type Outcome, type Situation, say } from "./outcome.ts";

const LONGEST_PROMPT = 20_000;

/** What a key does to a line of text; null where it does nothing to it. */
export function edited(text: string, key: string, typed: string): string | null {
  if (key === "backspace") return [...text].slice(0, -1).join("");
  if (key === "ctrl-u") return "";
  if (key === "ctrl-w") return text.replace(/\S*\s*$/, "");
  if (typed === "") return null;
  return (text + typed).slice(0, LONGEST_PROMPT);
}

/** A key while something is asked. */
export function answer(situation: Situation, prompt: Prompt, key: string, typed: string): Outcome {
  const { ui } = situation;
  if (key === "esc" || key === "ctrl-c") {
    const filters = prompt.kind === "filter" ? { filters: withFilter(ui, prompt.before) } : {};
    return change(ui, { prompt: null, ...filters });
  }
  if (prompt.kind === "confirm") {
    if (typed === "y" || typed === "Y") return change(ui, { prompt: null }, ...prompt.effects);
    return change(ui, { prompt: null });
  }
  if (key === "enter") return given(situation, prompt);
  const text = edited(prompt.text, key, typed);
  if (text === null) return change(ui);
  const filters = prompt.kind === "filter" ? { filters: withFilter(ui, text) } : {};
  return change(ui, { prompt: { ...prompt, text }, ...filters });
}

function withFilter(ui: Ui, text: string): Ui["filters"] {
  const list = listOf(ui);
  return list === null ? ui.filters : { ...ui.filters, [list]: text };
}

function given(situation: Situation, prompt: Exclude<Prompt, { kind: "confirm" }>): Outcome {
  const { ui } = situation;
  const text = prompt.text.trim();
  const closed = { ...situation, ui: { ...ui, prompt: null } };
  switch (prompt.kind) {
    case "filter":
      return change(closed.ui);
    case "command":
      return commanded(closed, text);
    case "remove": {
      if (text !== prompt.expects)
        return say(closed, `${prompt.keyId} stays: that was not "${prompt.expects}"`);
      const command: Command = { type: "key-remove", id: prompt.keyId };
      return change(closed.ui, {}, { type: "command", command, done: `${prompt.keyId} removed` });
    }
    case "label": {
      const { keyId: id, before } = prompt;
      const command = (label: string): Command => ({
        type: "key-edit",
        id,
        label: label === "" ? null : label,
      });
      const undo = { command: command(before), says: `${id} has its old label` };
      const done = text === "" ? `${id} has no label` : `${id} is "${text}"`;
      return change(closed.ui, {}, { type: "command", command: command(text), done, undo });
    }
    case "add-provider": {
      const provider = providerNamed(situation, text);
      if (provider === null) return say(situation, `no provider is called "${text}"`);
      return change(ui, { prompt: { kind: "add-secret", provider, text: "" } });
    }
    case "add-secret": {
      const command: Command = {
        type: "key-add",
        provider: prompt.provider,
        secret: text === "" ? null : text,
      };
      return change(closed.ui, {}, { type: "command", command, done: `a key of ${prompt.provider} added` });
    }
  }
}

/** By its name, or by a beginning that only one has. */
export function providerNamed({ providers }: Pick<Situation, "providers">, text: string): string | null {
  const wanted = text.toLowerCase();
  if (wanted === "") return null;
  const starting = providers.filter((provider) => provider.startsWith(wanted));
  if (starting.includes(wanted)) return wanted;
  return starting.length === 1 ? (starting[0] ?? null) : null;
}

function commanded(situation: Situation, text: string): Outcome {
  const { ui } = situation;
  const [name = "", ...words] = text.split(/\s+/);
  const rest = words.join(" ");
  switch (name) {
    case "":
      return change(ui);
    case "q":
    case "quit":
      return change(ui, {}, { type: "quit" });
    case "overview":
    case "models":
    case "requests":
    case "analytics":
    case "playground":
      return goTo(situation, name);
    case "help":
      return change(ui, { help: "", scroll: 0 });
    case "provider":
      return change(ui, {
        view: "overview",
        focus: "keys",
        filters: { ...ui.filters, keys: `provider:${rest}` },
      });
    case "model":
      return change(ui, { view: "models", filters: { ...ui.filters, models: `model:${rest}` } });
    default:
      return say(situation, `no ":${name}": overview, models, requests, analytics, playground, help, quit`);
  }
}
