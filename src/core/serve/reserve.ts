/** Takes a place in every counter of a target, synchronously, and gives it back exactly once. */
import type { Need } from "../route/counter.ts";
import type { CallNumber } from "../route/failover.ts";
import type { Reservation, Spent } from "../route/reservation.ts";
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
    attempt: call.attempt,
    isDouble: call.isDouble,
  });
  return new OpenReservation(gateway, callId, target, need);
}

class OpenReservation implements Reservation {
  readonly callId: number;
  readonly target: Target;
  readonly need: Need;
  readonly #gateway: Gateway;
  #settled = false;

  constructor(gateway: Gateway, callId: number, target: Target, need: Need) {
    this.#gateway = gateway;
    this.callId = callId;
    this.target = target;
    this.need = need;
  }

  settle(spent: Spent): void {
    if (this.#settled) return;
    this.#settled = true;
    const { clock, waiters } = this.#gateway;
    this.#gateway.record({
      type: "call-settled",
      callId: this.callId,
      at: clock.now(),
      requests: spent.requests,
      inputTokens: spent.inputTokens,
      outputTokens: spent.outputTokens,
      counted: spent.counted,
      generationMs: spent.generationMs,
    });
    waiters.wakeFirst();
  }
}
