/** Every key of the dashboard, in one table: what is pressed, where it holds, what it does. Footer and help are made from it. */
import type { Context } from "./ui.ts";

/** A key as it arrives: its name, or the character that it types. */
export type KeyName = string;

export type Action =
  | "down"
  | "up"
  | "page-down"
  | "page-up"
  | "first"
  | "last"
  | "open"
  | "back"
  | "next-pane"
  | "filter"
  | "sort"
  | "reverse"
  | "switch"
  | "probe"
  | "probe-all"
  | "clear"
  | "earlier"
  | "later"
  | "pin"
  | "add"
  | "remove"
  | "label"
  | "copy"
  | "all-models"
  | "next-range"
  | "previous-range"
  | "next-by"
  | "send"
  | "resend"
  | "next-target"
  | "previous-target"
  | "next-key"
  | "follow"
  | "toggle-keys"
  | "toggle-limits"
  | "toggle-rates"
  | "toggle-requests"
  | "zoom"
  | "undo"
  | "overview"
  | "models"
  | "requests"
  | "analytics"
  | "try"
  | "try-key"
  | "help"
  | "command-line"
  | "retry"
  | "redraw"
  | "suspend"
  | "quit";

export interface Binding {
  keys: readonly KeyName[];
  /** Where it holds; empty: everywhere that takes no text. */
  when: readonly Context[];
  action: Action;
  says: string;
  /** In the footer, if it belongs there: what the key is called and what it does, in a word or two. */
  hint?: readonly [string, string];
}

const LISTS: readonly Context[] = ["keys", "requests", "models"];
const DETAILS: readonly Context[] = ["key", "request"];
const MOVING: readonly Context[] = [...LISTS, ...DETAILS, "help", "analytics", "playground"];
/** Where one key is meant. */
const OF_A_KEY: readonly Context[] = ["keys", "key"];

export const KEYMAP: readonly Binding[] = [
  {
    keys: ["enter"],
    when: ["keys", "requests"],
    action: "open",
    says: "open the details",
    hint: ["↵", "detail"],
  },
  {
    keys: ["space"],
    when: [...OF_A_KEY, "models"],
    action: "switch",
    says: "switch off or on",
    hint: ["space", "off/on"],
  },
  { keys: ["p"], when: OF_A_KEY, action: "probe", says: "test this key", hint: ["p", "probe"] },
  { keys: ["P"], when: ["keys"], action: "probe-all", says: "test all keys" },
  {
    ...{ keys: ["[", "shift-up"], when: ["keys", "models"], action: "earlier", says: "try it earlier" },
    hint: ["[ ]", "reorder"],
  },
  { keys: ["]", "shift-down"], when: ["keys", "models"], action: "later", says: "try it later" },
  { keys: ["p"], when: ["models"], action: "pin", says: "try it first of all", hint: ["p", "pin"] },
  {
    keys: ["*"],
    when: ["models"],
    action: "all-models",
    says: "show models without a key",
    hint: ["*", "all"],
  },
  { keys: ["a"], when: ["keys"], action: "add", says: "add a key", hint: ["a", "add"] },
  { keys: ["x"], when: OF_A_KEY, action: "remove", says: "remove this key", hint: ["x", "remove"] },
  { keys: ["s"], when: ["keys"], action: "sort", says: "sort by order, state, use, name" },
  { keys: ["S"], when: ["keys"], action: "reverse", says: "sort the other way round" },
  { keys: ["f"], when: ["requests"], action: "follow", says: "follow the latest", hint: ["f", "follow"] },
  { keys: ["w"], when: ["requests"], action: "open", says: "why it went where it went", hint: ["w", "why"] },
  { keys: ["y"], when: [...LISTS, ...DETAILS], action: "copy", says: "copy the id" },
  {
    keys: ["/"],
    when: LISTS,
    action: "filter",
    says: "filter: words, state:, provider:, model:, status:>=400",
    hint: ["/", "filter"],
  },
  {
    keys: ["right", "l"],
    when: ["analytics"],
    action: "next-range",
    says: "look further back",
    hint: ["← →", "range"],
  },
  { keys: ["left", "h"], when: ["analytics"], action: "previous-range", says: "look less far back" },
  {
    ...{ keys: ["tab"], when: ["analytics"], action: "next-by", says: "by provider, model, key" },
    hint: ["⇥", "by provider, model, key"],
  },
  {
    keys: ["tab", "shift-tab"],
    when: ["keys", "requests"],
    action: "next-pane",
    says: "the other list",
    hint: ["⇥", "pane"],
  },
  {
    ...{ keys: ["c"], when: OF_A_KEY, action: "clear", says: "call it again now: end its rest" },
    hint: ["c", "end rest"],
  },
  { keys: ["e"], when: OF_A_KEY, action: "label", says: "edit the label of this key", hint: ["e", "label"] },
  {
    ...{ keys: ["T"], when: OF_A_KEY, action: "try-key", says: "playground: ask by this key alone" },
    hint: ["T", "try it alone"],
  },
  { keys: ["enter"], when: ["playground"], action: "send", says: "ask", hint: ["↵", "ask"] },
  { keys: ["tab"], when: ["playground"], action: "next-target", says: "another model", hint: ["⇥", "model"] },
  { keys: ["shift-tab"], when: ["playground"], action: "previous-target", says: "the model before" },
  {
    keys: ["ctrl-k"],
    when: ["playground"],
    action: "next-key",
    says: "by one key alone, the next one, any",
    hint: ["ctrl-k", "key"],
  },
  {
    keys: ["ctrl-r"],
    when: ["playground"],
    action: "resend",
    says: "ask the same again",
    hint: ["ctrl-r", "again"],
  },
  { keys: ["down", "j"], when: MOVING, action: "down", says: "down" },
  { keys: ["up", "k"], when: MOVING, action: "up", says: "up" },
  { keys: ["pagedown"], when: MOVING, action: "page-down", says: "a page down" },
  { keys: ["pageup"], when: MOVING, action: "page-up", says: "a page up" },
  { keys: ["g", "home"], when: MOVING, action: "first", says: "to the top" },
  { keys: ["G", "end"], when: MOVING, action: "last", says: "to the end" },
  {
    keys: ["esc"],
    when: [...DETAILS, "help", "playground", "models", "analytics"],
    action: "back",
    says: "back, one step",
    hint: ["esc", "back"],
  },
  { keys: ["?"], when: ["help"], action: "back", says: "close the help" },
  { keys: ["esc"], when: ["keys", "requests"], action: "back", says: "clear the filter, one step back" },
  { keys: ["1"], when: ["keys", "requests"], action: "toggle-keys", says: "keys on, off" },
  { keys: ["2"], when: ["keys", "requests"], action: "toggle-limits", says: "limits on, off" },
  {
    keys: ["3"],
    when: ["keys", "requests"],
    action: "toggle-rates",
    says: "throughput and forecast on, off",
  },
  { keys: ["4"], when: ["keys", "requests"], action: "toggle-requests", says: "requests on, off" },
  { keys: ["z"], when: ["keys", "requests"], action: "zoom", says: "this list alone" },
  { keys: ["u"], when: [], action: "undo", says: "undo the last change (10 s)" },
  { keys: ["t"], when: [], action: "try", says: "playground: ask and see who answers", hint: ["t", "try"] },
  { keys: ["o"], when: [], action: "overview", says: "overview" },
  { keys: ["M", "m"], when: [], action: "models", says: "models", hint: ["m", "models"] },
  { keys: ["R", "r"], when: [], action: "requests", says: "requests" },
  { keys: ["A"], when: [], action: "analytics", says: "analytics", hint: ["A", "analytics"] },
  {
    keys: [":"],
    when: [],
    action: "command-line",
    says: "command line: models, requests, provider groq, quit",
  },
  { keys: ["?", "h"], when: [], action: "help", says: "this help", hint: ["?", "help"] },
  { keys: ["ctrl-n"], when: [], action: "retry", says: "ask a silent server again now" },
  { keys: ["ctrl-l"], when: [], action: "redraw", says: "draw everything anew" },
  { keys: ["ctrl-z"], when: [], action: "suspend", says: "suspend; fg comes back" },
  { keys: ["q", "ctrl-c"], when: [], action: "quit", says: "quit; the server goes on", hint: ["q", "quit"] },
];

/** Where characters are text. */
const TYPING: ReadonlySet<Context> = new Set<Context>(["playground", "help"]);

/** What a key does here: what this place says comes before what holds everywhere. */
export function bindingFor(context: Context, key: KeyName): Binding | undefined {
  if (TYPING.has(context) && key.length === 1 && !(context === "help" && key === "?")) return undefined;
  const matching = KEYMAP.filter((binding) => binding.keys.includes(key));
  return (
    matching.find(({ when }) => when.includes(context)) ?? matching.find(({ when }) => when.length === 0)
  );
}

/** Whether a binding can be reached from here. */
export function holdsIn(context: Context, binding: Binding): boolean {
  return binding.keys.some((key) => bindingFor(context, key) === binding);
}
