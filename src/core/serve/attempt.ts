/** One try of one target: what is behind each step of the failover loop. */
import type { ChatRequest } from "../chat/request.ts";
import type { Attempt } from "../route/failover.ts";
import { Call, configFailure } from "./call.ts";
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
  return (reservation, situation) => attempt(reservation, situation, null);
}

function createCancellableAttempt(
  gateway: Gateway,
  request: ChatRequest,
  client: ClientLink,
): CancellableAttempt<LiveAnswer> {
  /** Made where one is needed. */
  let images: InlineImages | null = null;
  const { holdTools } = gateway.limits;
  return async (reservation, situation, cancel) => {
    const { target } = reservation;
    const provider = gateway.providerOf(target.key.provider);
    if (!provider)
      return { failure: configFailure("request", `provider ${target.key.provider} is not known`) };
    const turn = new Turn(request, { holdTools, strict: situation.badGenerations < MOST_BAD_GENERATIONS });
    const call = new Call(gateway, provider, client, turn);
    cancel?.addEventListener("abort", () => call.giveUp(), { once: true });
    try {
      try {
        await gateway.journal.committed();
      } catch (error) {
        // Use that cannot be written is still counted in memory: serving goes on, and the log says so.
        gateway.log.error("the use of a key could not be saved", { error: String(error) });
      }
      // The provider was not asked, and will not be.
      if (client.gone) return { failure: { ...call.failureOf(null), unsent: true } };
      if (provider.images !== "inline") return await call.run(request, reservation, situation);
      images ??= new InlineImages(gateway, request);
      const inlined = await images.inlined(call.signal, gateway.proxyOf(target.key.id));
      return await call.run(inlined, reservation, situation);
    } catch (error) {
      return { failure: call.failureOf(error), begun: turn.begun };
    } finally {
      if (!call.committed) call.close();
    }
  };
}
