/** What needs the user's hand, out of the state of the server. */
import type { Snapshot } from "../core/command.ts";

export interface Advice {
  /** The key or model. */
  about: string;
  problem: string;
  remedy: string;
}

/** Limits are no trouble: they pass. */
export function adviceOn({ keys, models }: Pick<Snapshot, "keys" | "models">): Advice[] {
  const advice: Advice[] = [];
  for (const { id, provider, state, detail } of keys) {
    if (state === "invalid") {
      const problem = `${provider} refuses the key${detail === null ? "" : ` (${detail})`}`;
      advice.push({ about: id, problem, remedy: `replace it: freellm keys rotate ${id}` });
    } else if (state === "error") {
      const problem = detail ?? `calls to ${provider} fail`;
      advice.push({ about: id, problem, remedy: `ask the provider why: freellm keys test ${id}` });
    }
  }
  for (const { id, enabled, reason } of models) {
    if (!enabled || reason === null || !/\bmodel_gone\b|\bis gone\b/.test(reason)) continue;
    advice.push({
      about: id,
      problem: "its provider says that this model is gone",
      remedy: `leave it out: freellm models disable ${id}`,
    });
  }
  return advice;
}
