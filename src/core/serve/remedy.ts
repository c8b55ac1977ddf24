/** What a person can do about a request that nothing could serve, in one line. Pure. */
import type { FailureKind } from "../chat/failure.ts";
import { leastObstacle } from "../route/availability.ts";
import type { AttemptRecord } from "../route/event.ts";
import type { Target } from "../route/target.ts";

/** Why a target gave no answer: now, or a while ago, so that it rests. */
export type Cause = Pick<AttemptRecord, "provider" | "model" | "keyId" | "outcome">;

/** So many say enough. */
const MOST_CAUSES = 11;

/** What targets rest for. */
export function restingFor(targets: readonly Target[], now: number): Cause[] {
  const causes: Cause[] = [];
  for (const target of targets) {
    if (causes.length >= MOST_CAUSES) break;
    const obstacle = leastObstacle([target], now);
    if (obstacle?.reason !== "resting") continue;
    const { provider, id } = target.model.model;
    causes.push({ provider, model: id, keyId: target.key.id, outcome: obstacle.kind });
  }
  return causes;
}

const DOWN: ReadonlySet<AttemptRecord["outcome"]> = new Set<FailureKind>([
  "transport",
  "timeout",
  "server_error",
  "capacity",
  "bad_reply",
]);

/** After failed attempts: a refused key first, for that is what only the user can mend. */
export function failureRemedy(attempts: readonly Cause[]): string {
  const refused = attempts.find(({ outcome }) => outcome === "invalid_key");
  if (refused) return `Replace the refused key: freellm keys rotate ${refused.keyId}`;
  if (attempts.length > 0 && attempts.every(({ outcome }) => outcome === "model_gone")) {
    return "Choose another model, or auto: freellm models list";
  }
  if (attempts.length > 0 && attempts.every(({ outcome }) => DOWN.has(outcome))) {
    return "The provider seems to be down; the key is not to blame. See: freellm status";
  }
  return "See: freellm status";
}

/** For targets that none of can be called: their keys are refused or switched off, or they are off themselves. */
export function keyRemedy(targets: readonly Target[]): string {
  const invalid = targets.find(({ key, removed }) => key.state === "invalid" && !removed);
  if (invalid) {
    return `The key ${invalid.key.id} was refused by its provider. Replace it: freellm keys rotate ${invalid.key.id}`;
  }
  const off = targets.find(({ model, removed }) => !model.model.enabled && !removed);
  if (off) return `The model is switched off. Switch it on: freellm models enable ${off.model.key}`;
  const disabled = targets.find(({ key, removed }) => key.state === "disabled" && !removed);
  if (disabled) return `The key is disabled. Use it again: freellm keys enable ${disabled.key.id}`;
  return "Add one with: freellm keys add";
}
