/** What needs the user's hand, out of the state of the server. */
import type { Snapshot } from "../core/command.ts";

export interface Advice {
  /** The key or model. */
  about: string;
  problem: string;
  remedy: string;
}

/** Keys that are one to their provider, although they are kept as two accounts. */
export function drainAdvice({ keys, drains = [] }: Pick<Snapshot, "keys" | "drains">): Advice[] {
  return drains.map(({ keys: ids }) => {
    const [first = "", ...others] = ids;
    const account = keys.find(({ id }) => id === first)?.account ?? first;
    return {
      about: ids.join(" and "),
      problem:
        "they drain together: what one uses is gone for the other, so for now they are counted as one account",
      remedy: `join them for good: ${others.map((id) => `freellm keys edit ${id} --account ${account}`).join("; ")}`,
    };
  });
}

/** Limits are no trouble: they pass. */
export function adviceOn({ keys, models, drains }: Pick<Snapshot, "keys" | "models" | "drains">): Advice[] {
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
  return [...advice, ...drainAdvice({ keys, ...(drains === undefined ? {} : { drains }) })];
}
