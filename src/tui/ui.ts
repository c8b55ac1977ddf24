/** What the person at the keyboard has done so far: where they look, what they chose, what they are being asked. Plain data. */
import type { AnalyticsRange, Command } from "../core/command.ts";

export type View = "overview" | "models" | "requests" | "analytics" | "playground";
export type Section = "keys" | "limits" | "rates" | "requests";
export type KeySort = "order" | "state" | "use" | "name";
export type AnalyticsBy = "providers" | "models" | "keys";

export type Prompt =
  | { kind: "filter"; text: string; before: string }
  | { kind: "command"; text: string }
  /** y or n, with what follows said in the question. */
  | { kind: "confirm"; question: string; effects: Effect[] }
  /** The last characters of the key, or its id where it has none. */
  | { kind: "remove"; keyId: string; expects: string; text: string }
  | { kind: "label"; keyId: string; before: string; text: string }
  | { kind: "add-provider"; text: string }
  | { kind: "add-secret"; provider: string; text: string };

export interface Undo {
  command: Command;
  /** What is so once it is undone. */
  says: string;
  until: number;
}

export interface Flash {
  text: string;
  tone: "good" | "warn" | "bad";
  until: number;
}

export interface Play {
  prompt: string;
  /** `auto`, or a model's id. */
  model: string;
  /** The only key that may serve it; null: any. */
  keyId: string | null;
  /** The prompt that the answer is to. */
  asked: string | null;
  state: "idle" | "asking" | "done" | "failed" | "cancelled";
  answer: string;
  servedBy: string | null;
  trail: string[];
  error: string | null;
  startedAt: number;
  firstAt: number | null;
  endedAt: number | null;
}

export interface Ui {
  view: View;
  /** null while the help is not shown; else what narrows it. */
  help: string | null;
  /** The part of the overview that the arrows move in. */
  focus: "keys" | "requests";
  detail: { kind: "key" | "request"; id: string } | null;
  keyId: string | null;
  /** null follows the latest. */
  requestId: string | null;
  modelId: string | null;
  filters: { keys: string; requests: string; models: string };
  sort: KeySort;
  reversed: boolean;
  hidden: ReadonlySet<Section>;
  zoomed: boolean;
  /** Also models without a key. */
  allModels: boolean;
  range: AnalyticsRange;
  by: AnalyticsBy;
  scroll: number;
  prompt: Prompt | null;
  flash: Flash | null;
  undo: Undo | null;
  play: Play;
}

export type Effect =
  | { type: "command"; command: Command; done: string; undo?: { command: Command; says: string } }
  | { type: "ask"; model: string; prompt: string }
  | { type: "stop-asking" }
  /** Why a request went where it went. */
  | { type: "explain"; id: string }
  | { type: "copy"; text: string; what: string }
  | { type: "redraw" }
  | { type: "suspend" }
  | { type: "retry" }
  | { type: "quit" };

export function firstUi(): Ui {
  return {
    ...{ view: "overview", help: null, focus: "keys", detail: null },
    ...{ keyId: null, requestId: null, modelId: null },
    filters: { keys: "", requests: "", models: "" },
    ...{ sort: "order", reversed: false, hidden: new Set<Section>(), zoomed: false, allModels: false },
    ...{ range: "24h", by: "providers", scroll: 0, prompt: null, flash: null, undo: null },
    play: {
      ...{
        prompt: "",
        model: "auto",
        keyId: null,
        asked: null,
        state: "idle",
        answer: "",
        servedBy: null,
        trail: [],
      },
      ...{ error: null, startedAt: 0, firstAt: null, endedAt: null },
    },
  };
}

/** Which list of keys and bindings holds now: the innermost thing that is open. */
export type Context =
  | "help"
  /** The details of one. */
  | "key"
  | "request"
  | "keys"
  | "requests"
  | "models"
  | "analytics"
  | "playground";

export function contextOf(ui: Ui): Context {
  if (ui.help !== null) return "help";
  if (ui.detail !== null) return ui.detail.kind;
  if (ui.view === "overview") return ui.focus;
  return ui.view;
}

/** The list that the context shows, if it is one. */
export function listOf(ui: Ui): "keys" | "requests" | "models" | null {
  const context = contextOf(ui);
  return context === "keys" || context === "requests" || context === "models" ? context : null;
}
