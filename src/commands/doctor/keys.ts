/** Keys, models and limits, out of the state as the server or the database has it. */
import type { KeyView, Snapshot } from "../../core/command.ts";
import { adviceOn, drainAdvice } from "../advice.ts";
import { duration } from "../moment.ts";
import { type Check, fail, ok, warn } from "./check.ts";

export function keyChecks(snapshot: Snapshot): Check[] {
  const { keys, models, now } = snapshot;
  if (keys.length === 0) return [warn("keys", "There are no keys.", "Get the first ones: freellm init")];
  const broken = adviceOn({ keys, models }).map(({ about, problem, remedy }) =>
    keys.some(({ id }) => id === about)
      ? fail("keys", `${about}: ${problem}.`, capital(remedy))
      : warn("models", `${about}: ${problem}.`, capital(remedy)),
  );
  const resting = keys
    .filter(({ state }) => state === "rate_limited")
    .map(({ id, until, detail }) => {
      const wait = until === null ? "" : ` for ${duration(until - now)}`;
      return warn(
        "keys",
        `${id} rests${wait}${detail === null ? "" : `: ${detail}`}.`,
        "Wait, or add another key.",
      );
    });
  const good = keys.filter(({ state }) => state === "healthy" || state === "unknown").length;
  const checks = [...broken, ...resting];
  checks.push(
    good > 0
      ? ok("keys", `${good} of ${keys.length} ${keys.length === 1 ? "key" : "keys"} can be used.`)
      : fail("keys", "No key can be used.", "Add one: freellm keys add. Why: freellm keys list"),
  );
  const ready = models.filter(({ available }) => available).length;
  checks.push(
    ready > 0
      ? ok("models", ready === 1 ? "1 model is ready." : `${ready} models are ready.`)
      : fail("models", "No model is ready.", "Why: freellm models list"),
  );
  return [...checks, ...withoutKeys(snapshot), ...limitChecks(snapshot), ...drainChecks(snapshot)];
}

/** Models that are switched on, while every key of their provider is out of use. */
function withoutKeys({ keys, models }: Snapshot): Check[] {
  const usable = (key: KeyView): boolean => key.state !== "disabled" && key.state !== "invalid";
  return [...Map.groupBy(keys, ({ provider }) => provider)].flatMap(([provider, own]) => {
    if (own.some(usable)) return [];
    const enabled = models.filter((model) => model.provider === provider && model.enabled).length;
    if (enabled === 0) return [];
    return [
      warn(
        "models_without_keys",
        `${enabled} ${enabled === 1 ? "model" : "models"} of ${provider} cannot be used: none of its keys can.`,
        `freellm keys enable ID, or a new one: freellm keys add ${provider}`,
      ),
    ];
  });
}

/** Use beyond a cap is what must never be: somebody else spends the same quota, or the cap was lowered. */
function limitChecks({ quotas }: Snapshot): Check[] {
  const crossed = quotas.filter(({ used, cap }) => used > cap);
  return crossed.map(({ owner, model, metric, window, used, cap }) =>
    warn(
      "limits",
      `${owner}${model === null ? "" : ` (${model})`} used ${used} of ${cap} ${metric} a ${window}.`,
      "Does another program use the same key? Give that one a key of its own.",
    ),
  );
}

function drainChecks(snapshot: Snapshot): Check[] {
  return drainAdvice(snapshot).map(({ about, problem, remedy }) =>
    warn("keys_together", `${about}: ${problem}.`, capital(remedy)),
  );
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
