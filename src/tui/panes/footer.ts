/** The last line: what is being asked, what has just happened, or which keys matter here. */
import { ASCII } from "../glyphs.ts";
import { holdsIn, KEYMAP } from "../keymap.ts";
import { apart, fitLine, type Line, span, widthOf } from "../line.ts";
import { contextOf, type Ui } from "../ui.ts";
import type { PaneInput } from "./pane.ts";

/** What is asked, else what has just happened, else the keys that matter here. */
export function footer(input: PaneInput, width: number): Line {
  const { ui, now, glyphs } = input;
  if (ui.prompt !== null) return promptLine(input, width);
  if (ui.flash !== null && ui.flash.until > now) {
    const undo =
      ui.undo !== null && ui.undo.until > now
        ? [span(` ${glyphs.dot} `, "dim"), span("u", "accent"), span(" undo")]
        : [];
    return [span(" "), span(ui.flash.text, ui.flash.tone), ...undo];
  }
  const { own, exits } = hints(ui);
  const shown = ([key, does]: Hint): Line => [
    span("  "),
    span(glyphs === ASCII ? asciiKey(key) : key, "accent"),
    span(` ${does}`, "dim"),
  ];
  // The ways out are never left out.
  const end = exits.flatMap(shown);
  let line: Line = [];
  for (const hint of own) {
    const more = [...line, ...shown(hint)];
    if (widthOf(more) + widthOf(end) > width + 1) break;
    line = more;
  }
  // The first of the two blanks before the first key is not needed.
  return fitLine([...line, ...end], width + 1).map((one, index) => (index === 0 ? span(" ") : one));
}

type Hint = readonly [string, string];

/** The keys that matter here, and the ways out. */
export function hints(ui: Ui): { own: Hint[]; exits: Hint[] } {
  const context = contextOf(ui);
  const own: Hint[] = [];
  const exits: Hint[] = [];
  for (const binding of KEYMAP) {
    const { hint, action, when } = binding;
    if (hint === undefined || !(when.includes(context) || when.length === 0) || !holdsIn(context, binding))
      continue;
    (action === "help" || action === "quit" || action === "back" ? exits : own).push(hint);
  }
  return { own, exits };
}

function asciiKey(key: string): string {
  return { "↵": "enter", "⇥": "tab", "← →": "left right" }[key] ?? key;
}

function promptLine(input: PaneInput, width: number): Line {
  const { ui, glyphs } = input;
  const { prompt } = ui;
  const cursor = span("_", "accent");
  if (prompt === null) return [];
  switch (prompt.kind) {
    case "confirm":
      return [span(" "), span(prompt.question, "warn")];
    case "filter":
      return [
        span(" /", "accent"),
        span(prompt.text),
        cursor,
        span("  words, state: provider: model: status:>=400", "dim"),
      ];
    case "command":
      return [span(" :", "accent"), span(prompt.text), cursor];
    case "label":
      return [span(` label of ${prompt.keyId}: `, "accent"), span(prompt.text), cursor];
    case "remove":
      return [
        span(` type ${prompt.expects} to remove ${prompt.keyId} for good: `, "warn"),
        span(prompt.text),
        cursor,
      ];
    case "add-provider": {
      const known = input.signUps
        .map(({ provider }) => provider)
        .filter((provider) => provider.startsWith(prompt.text.toLowerCase()));
      const start: Line = [span(" provider: ", "accent"), span(prompt.text), cursor];
      return apart(
        start,
        [span(` ${known.slice(0, 8).join(" ")}${known.length > 8 ? ` ${glyphs.ellipsis}` : ""}`, "dim")],
        width,
      );
    }
    case "add-secret": {
      const hidden = "*".repeat(Math.min(40, prompt.text.length));
      return [
        span(` key of ${prompt.provider}: `, "accent"),
        span(hidden),
        cursor,
        span("  paste it, then enter; esc leaves", "dim"),
      ];
    }
  }
}
