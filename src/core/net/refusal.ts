/** Calls that are not sent: what is wrong, and what to do. */
import { FailureError } from "../chat/failure.ts";

/** The configuration must change before such a call can be made; the key rests, the provider is not to blame. */
export function refused(rule: string, message: string): FailureError {
  return new FailureError({ kind: "config", scope: "key", rule: `outbound/${rule}`, message, unsent: true });
}
