/** The keys of the place where help was asked for, then all others; made from the keymap. */
import { type Binding, holdsIn, KEYMAP } from "../keymap.ts";
import { cell, type Line, span } from "../line.ts";
import { type Context, contextOf } from "../ui.ts";
import { box, type PaneInput } from "./pane.ts";

const NAMES: Readonly<Record<string, string>> = {
  ...{ enter: "enter", space: "space", tab: "tab", "shift-tab": "shift-tab", esc: "esc", pageup: "page up" },
  ...{
    up: "up",
    down: "down",
    left: "left",
    right: "right",
    pagedown: "page down",
    home: "home",
    end: "end",
  },
  ...{ "shift-up": "shift-up", "shift-down": "shift-down" },
};

function keyNames({ keys }: Pick<Binding, "keys">): string {
  return keys.map((key) => NAMES[key] ?? key).join(" ");
}

export function help(input: PaneInput, width: number, height: number): Line[] {
  const { ui, glyphs } = input;
  const filter = (ui.help ?? "").trim().toLowerCase();
  const here = contextOf({ ...ui, help: null });
  const fits = (binding: Binding): boolean =>
    `${keyNames(binding)} ${binding.says}`.toLowerCase().includes(filter);
  const local = KEYMAP.filter((binding) => binding.when.includes(here) && fits(binding));
  const anywhere = KEYMAP.filter(
    (binding) => binding.when.length === 0 && holdsIn(here, binding) && fits(binding),
  );
  const elsewhere = KEYMAP.filter(
    (binding) => binding.when.length > 0 && !binding.when.includes(here) && fits(binding),
  );
  const lines: Line[] = [
    ...section(`in ${TITLES[here]}`, local),
    ...section("anywhere", anywhere),
    ...section("elsewhere", elsewhere, true),
  ];
  const start = Math.max(0, Math.min(ui.scroll, lines.length - (height - 2)));
  const more = lines.length - start - (height - 2);
  const shown = lines.length === 0 ? [[span(`  nothing matches "${filter}"`, "dim")]] : lines.slice(start);
  return box(
    [span("Help", "accent"), span(filter === "" ? "  type to search" : `  /${filter}`, "dim")],
    more > 0 ? [span(`${more} more ${glyphs.downArrow}`, "dim")] : [],
    shown,
    width,
    height,
    glyphs,
  );
}

const TITLES: Readonly<Record<Context, string>> = {
  ...{
    help: "help",
    key: "a key",
    request: "a request",
    keys: "the keys",
    requests: "the requests",
    models: "models",
  },
  ...{ analytics: "analytics", playground: "the playground" },
};

function section(title: string, bindings: readonly Binding[], withPlaces = false): Line[] {
  if (bindings.length === 0) return [];
  return [
    [span(` ${title}`, "strong")],
    ...bindings.map(
      (binding): Line => [
        span("   "),
        cell(keyNames(binding), 18, "accent"),
        span(binding.says),
        span(withPlaces ? `  ${binding.when.join(", ")}` : "", "dim"),
      ],
    ),
  ];
}
