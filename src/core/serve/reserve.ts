/** Takes a place in every counter of a target, synchronously, and gives it back exactly once. */
import type { Need } from "../route/counter.ts";
import type { CallNumber, Reservation } from "../route/failover.ts";
import type { Target } from "../route/target.ts";
import type { Gateway } from "./gateway.ts";

/** `estimate`: tokens of the prompt as estimated for any model. */
export function reserve(
  gateway: Gateway,
  target: Target,
  need: Need,
  estimate: number,
  call: CallNumber,
  requestId: string,
): Reservation {
  const callId = gateway.nextCallId();
  gateway.record({
    type: "call-reserved",
    callId,
    requestId,
    keyId: target.key.id,
    model: target.model.key,
    at: gateway.clock.now(),
    tokens: need.tokens,
    inputTokens: need.inputTokens,
    estimate,
    ...call,
  });
  let settled = false;
  return {
    callId,
    target,
    need,
    settle(spent) {
      if (settled) return;
      settled = true;
      gateway.record({ type: "call-settled", callId, at: gateway.clock.now(), ...spent });
      gateway.waiters.wakeFirst();
    },
  };
}
