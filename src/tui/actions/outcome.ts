/** What an action sees, and what it gives: another state of the screen, and what is to be done outside of it. */
import type { Data } from "../data.ts";
import type { Effect, Flash, Ui } from "../ui.ts";

export interface Situation {
  ui: Ui;
  data: Data;
  /** By the server's clock, epoch milliseconds. */
  now: number;
  /** Built-in providers, by id. */
  providers: readonly string[];
  /** Rows that a list shows, for moving by pages. */
  page: number;
}

export interface Outcome {
  ui: Ui;
  effects: Effect[];
}

export const FLASH_MS = 6_000;
export const UNDO_MS = 10_000;

export function change(ui: Ui, changes: Partial<Ui> = {}, ...effects: Effect[]): Outcome {
  return { ui: { ...ui, ...changes }, effects };
}

/** Says something for a few seconds. */
export function say({ ui, now }: Situation, text: string, tone: Flash["tone"] = "warn"): Outcome {
  return change(ui, { flash: { text, tone, until: now + FLASH_MS } });
}
