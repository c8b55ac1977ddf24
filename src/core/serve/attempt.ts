/** One try of one target: what is behind each step of the failover loop. */
import type { Failure } from "../chat/failure.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { Attempt } from "../route/failover.ts";
import { Call } from "./call.ts";
import type { ClientLink } from "./client-link.ts";
import type { Gateway } from "./gateway.ts";
import { type CancellableAttempt, hedged } from "./hedge.ts";
import { InlineImages } from "./inline-images.ts";
import type { LiveAnswer } from "./live-answer.ts";
import { Turn } from "./turn/index.ts";

/** After so many answers that could not be used, calls of tools need not fit their schema any more. */
const MOST_BAD_GENERATIONS = 2;

export function createAttempt(
  gateway: Gateway,
  request: ChatRequest,
  client: ClientLink,
): Attempt<LiveAnswer> {
  const attempt = createCancellableAttempt(gateway, request, client);
  if (gateway.limits.hedge) return hedged(attempt, (answer) => answer.cancel(), gateway.timers);
  return attempt;
}

function createCancellableAttempt(
  gateway: Gateway,
  request: ChatRequest,
  client: ClientLink,
): CancellableAttempt<LiveAnswer> {
  /** Made where one is needed. */
  let images: InlineImages | null = null;
  const { holdTools } = gateway.limits;
  return (reservation, situation, cancel) => {
    const { target } = reservation;
    const provider = gateway.providerOf(target.key.provider);
    if (!provider) return Promise.resolve({ failure: unknownProvider(target.key.provider) });
    const turn = new Turn(request, { holdTools, strict: situation.badGenerations < MOST_BAD_GENERATIONS });
    const call = new Call(gateway, provider, client, turn, reservation);
    cancel?.addEventListener("abort", () => call.giveUp(), { once: true });
    if (provider.images !== "inline") return call.run(request, situation, null);
    images ??= new InlineImages(gateway, request);
    const loaded = images;
    return call.run(request, situation, (signal) => loaded.inlined(signal, gateway.proxyOf(target.key.id)));
  };
}

function unknownProvider(id: string): Failure {
  return {
    kind: "config",
    scope: "request",
    rule: "config/unusable",
    message: `provider ${id} is not known`,
    unsent: true,
  };
}
