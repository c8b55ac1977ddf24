/** The failures of simulated providers, as the classifier would read them from replies. */
import { type Failure, type FailureKind, type FailureScope, KIND_OF_WINDOW } from "../chat/failure.ts";
import type { RoutedModel } from "../route/event.ts";
import { type LimitSpec, WINDOW_MS } from "../route/limits.ts";
import type { SimFault } from "./world.ts";

interface Shape {
  kind: FailureKind;
  scope: FailureScope;
  status?: number;
}

const SHAPES: Readonly<Record<SimFault | "invalid_key" | "context" | "deadline" | "gone", Shape>> = {
  invalid_key: { kind: "invalid_key", scope: "key", status: 401 },
  server_error: { kind: "server_error", scope: "model", status: 500 },
  unavailable: { kind: "capacity", scope: "model", status: 503 },
  transport: { kind: "transport", scope: "model" },
  silence: { kind: "timeout", scope: "model" },
  busy: { kind: "rate_unknown", scope: "target", status: 429 },
  context: { kind: "context_too_long", scope: "request", status: 400 },
  parameter: { kind: "parameter", scope: "request", status: 400 },
  filtered: { kind: "content_filter", scope: "request", status: 400 },
  wrong_request: { kind: "client_error", scope: "request", status: 400 },
  model_gone: { kind: "model_gone", scope: "model", status: 404 },
  cut: { kind: "broken_stream", scope: "model" },
  deadline: { kind: "timeout", scope: "model" },
  gone: { kind: "aborted", scope: "request" },
};

/** `until`: epoch milliseconds that the provider stated; null where it said nothing. */
export function failureOf(fault: keyof typeof SHAPES, model: RoutedModel, until: number | null): Failure {
  return {
    ...SHAPES[fault],
    rule: `sim/${fault}`,
    message: `${model.provider} failed: ${fault}`,
    ...(until === null ? {} : { until }),
    ...(fault === "parameter" ? { parameter: "top_k" } : {}),
  };
}

/** A cap would have been crossed. */
export function capFailure(limit: LimitSpec, until: number | null): Failure {
  const kind = limit.metric === "concurrency" ? "concurrency" : KIND_OF_WINDOW[limit.window];
  const isLong = WINDOW_MS[limit.window] > WINDOW_MS.minute && limit.metric !== "concurrency";
  // Who says nothing of the wait does not say which window it is either.
  const told = until === null && !isLong && kind !== "concurrency" ? "rate_unknown" : kind;
  return {
    kind: told,
    scope: limit.pool === null ? "target" : limit.scope === "key" ? "key" : "account",
    status: 429,
    rule: "sim/cap",
    message: `a limit of ${limit.cap} ${limit.metric} a ${limit.window} is used up`,
    ...(until === null || !Number.isFinite(until) ? {} : { until }),
  };
}
