/** The keymap as law: no key means two things in one place, every row says what it does, footers fit. */
import { describe, expect, it } from "vitest";
import { bindingFor, KEYMAP } from "../../src/tui/keymap.ts";
import { type Context, firstUi, type Ui } from "../../src/tui/ui.ts";
import { busy, lines } from "./world.ts";

const CONTEXTS: readonly Context[] = [
  "help",
  "key",
  "request",
  "keys",
  "requests",
  "models",
  "analytics",
  "playground",
];

const PLACES: [string, Partial<Ui>][] = [
  ["keys", {}],
  ["requests", { focus: "requests" }],
  ["models", { view: "models" }],
  ["analytics", { view: "analytics" }],
  ["playground", { view: "playground" }],
  ["key", { detail: { kind: "key", id: "groq-1" } }],
  ["request", { detail: { kind: "request", id: "req_001000" } }],
  ["help", { help: "" }],
];

describe("the keymap", () => {
  it.each(CONTEXTS)("in %s no key means two things", (context) => {
    const seen = new Map<string, string>();
    for (const { keys, when, action } of KEYMAP.filter((binding) => binding.when.includes(context))) {
      for (const key of keys) {
        expect(`${key}: ${seen.get(key) ?? "nothing"}, ${action}`).toBe(`${key}: nothing, ${action}`);
        seen.set(key, action);
      }
      expect(when).toContain(context);
    }
  });

  it("everywhere keys are unique, too, and every row says what it does", () => {
    const everywhere = KEYMAP.filter(({ when }) => when.length === 0).flatMap(({ keys }) => keys);
    expect(new Set(everywhere).size).toBe(everywhere.length);
    for (const { says } of KEYMAP) expect(says.length).toBeGreaterThan(1);
  });

  it("where text is typed, letters are letters", () => {
    for (const letter of "qmtuAR?:/ ".split("")) expect(bindingFor("playground", letter)).toBeUndefined();
    expect(bindingFor("playground", "ctrl-c")?.action).toBe("quit");
  });

  it.each(PLACES)("the footer of %s fits and names a way out", (_name, ui) => {
    for (const columns of [40, 60, 80, 100]) {
      const footer = lines(busy(), { ...firstUi(), ...ui }, { columns, rows: 24 }).at(-1) ?? "";
      expect(footer.trimEnd().length).toBeLessThanOrEqual(columns);
      expect(footer).toMatch(/q quit|esc back/);
    }
  });

  it("the help lists every binding", () => {
    const text = lines(busy(), { help: "" }, { columns: 120, rows: 120 }).join("\n");
    for (const { says } of KEYMAP) expect(text).toContain(says);
  });
});
