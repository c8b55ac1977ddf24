/** One request on its way through the simulated router. */
import type { AttemptResult } from "../route/failover.ts";
import { newProgress, type RouteRequest } from "../route/plan.ts";
import { DEFAULT_PREFERENCES } from "../route/preferences.ts";
import type { Reservation } from "../route/reservation.ts";
import { strategyOf } from "../route/score.ts";
import type { RouterState } from "../route/state.ts";
import type { Target } from "../route/target.ts";
import type { UpstreamCall } from "./upstream.ts";
import type { SimRequest } from "./world.ts";

export class ClientGoneError extends Error {
  override name = "ClientGoneError";
}

export interface Flow {
  number: number;
  request: SimRequest;
  route: RouteRequest;
  startedAt: number;
  attempts: Map<Target, number>;
  hops: number;
  /** Ends a wait: with the error, or without. */
  waiting: ((error: ClientGoneError | null) => void) | null;
  call: UpstreamCall | null;
  /** Resolves the attempt. */
  answer: ((result: AttemptResult<Reservation>) => void) | null;
  reservation: Reservation | null;
  committed: boolean;
  gone: boolean;
  /** Events applied when the plan was asked last. */
  askedAt: number;
}

/** null when nothing is called like the model that is asked for. */
export function newFlow(number: number, request: SimRequest, state: RouterState, now: number): Flow | null {
  const { catalogue, conversations } = state;
  const resolution = catalogue.resolve(request.model);
  if (resolution.kind === "unknown") return null;
  const binding = request.conversation === null ? null : conversations.find(request.conversation, now);
  const bound = resolution.targets.find(
    ({ key, model }) => key.id === binding?.keyId && model.key === binding.model,
  );
  const route: RouteRequest = {
    candidates: resolution.targets,
    needs: request.needs,
    tokens: { input: request.input, output: request.output },
    weights: strategyOf(resolution.strategy, DEFAULT_PREFERENCES.weights).weights,
    seed: number,
    bound: bound ?? null,
    progress: newProgress(),
  };
  return {
    number,
    request,
    route,
    startedAt: now,
    attempts: new Map(),
    hops: 0,
    waiting: null,
    call: null,
    answer: null,
    reservation: null,
    committed: false,
    gone: false,
    askedAt: -1,
  };
}
