/**
 * Thought signatures: sealed reasoning that Gemini hands out with a function call and wants back with it. Clients of other
 * APIs have no place for them, so they are remembered by the id of the call.
 */
import type { CallTarget } from "../../../core/provider.ts";
import type { ModelTraits } from "./traits.ts";

/**
 * Documented stand-in for a signature that is not known, for example of a call that another model made.
 * Source: ai.google.dev/gemini-api/docs/thought-signatures, November 2026.
 */
const STAND_IN = "skip_thought_signature_validator";

export function rememberSignature(target: CallTarget, callId: string, signature: string): void {
  target.memory.set(keyOf(target, callId), signature);
}

/** What goes out with a call of the history; undefined for nothing. `first`: it leads the calls of its step. */
export function signatureFor(
  target: CallTarget,
  traits: ModelTraits,
  callId: string,
  first: boolean,
): string | undefined {
  const known = target.memory.get(keyOf(target, callId));
  return known ?? (traits.demandsSignatures && first ? STAND_IN : undefined);
}

/** A signature means something to the model that made it. */
function keyOf(target: CallTarget, callId: string): string {
  return `gemini/${target.modelId}/${callId}`;
}
