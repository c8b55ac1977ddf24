/** The dialect in which a provider tells its limits and its troubles. One file a provider, all of this shape. */
import type { CapRefusal, CapStatus } from "../caps.ts";

export interface ErrorReply {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

export interface Style {
  /** Rate headers that stand on every reply. */
  headers(status: readonly CapStatus[]): Record<string, string>;
  unauthorized(): ErrorReply;
  badRequest(message: string): ErrorReply;
  unknownModel(model: string): ErrorReply;
  overCap(refusal: CapRefusal, model: string, now: number): ErrorReply;
  /** A 429 that no known cap explains. */
  busy(model: string, status: readonly CapStatus[]): ErrorReply;
  serverError(): ErrorReply;
  unavailable(): ErrorReply;
  /** SSE comment with which a stream begins, if it does. */
  greeting: string | null;
  /** Where it tells what is used of an account's limits, if it does: the end of the path, and the reply. */
  usage?: { path: string; body(status: readonly CapStatus[]): unknown };
  /** Where usage stands in a stream: always in the last content chunk, always in a chunk of its own, or there only when asked for. */
  streamUsage: "last" | "extra" | "asked";
}

export function wholeSeconds(milliseconds: number): string {
  return String(Math.max(1, Math.ceil(milliseconds / 1_000)));
}

/** The limit of this metric and window among them. */
export function find(
  status: readonly CapStatus[],
  metric: "requests" | "tokens",
  window: "minute" | "day" | "month",
): CapStatus | undefined {
  return status.find(({ limit }) => limit.metric === metric && limit.window === window);
}

export function remaining(status: CapStatus): string {
  return String(Math.max(0, status.limit.cap - status.used));
}
