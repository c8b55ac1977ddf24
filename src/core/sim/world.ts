/** What a simulation is made of, as data: providers with their caps and faults, clients with their requests, restarts. */
import type { Zones } from "../chat/zone.ts";
import type { Timers } from "../ports.ts";
import type { RequestNeeds } from "../route/estimate.ts";
import type { Learnt, RoutedKey, RoutedModel, RoutedProvider, RouterEvent } from "../route/event.ts";
import type { LimitSpec, LimitWindow } from "../route/limits.ts";
import type { StrategyName } from "../route/preferences.ts";

/** What can go wrong with a call that the caps would let through. */
export type SimFault =
  | "server_error"
  | "unavailable"
  /** No reply: the connection breaks. */
  | "transport"
  /** No reply: nothing ever comes. */
  | "silence"
  /** 429 for a reason that no cap explains. */
  | "busy"
  | "parameter"
  | "filtered"
  | "wrong_request"
  | "model_gone"
  /** The answer breaks off after it has begun. */
  | "cut";

export interface SimProvider {
  routed: RoutedProvider;
  /** As the router is told of them. */
  models: readonly RoutedModel[];
  /** The limits that are enforced, by model id. */
  limits: ReadonlyMap<string, readonly LimitSpec[]>;
  keys: readonly RoutedKey[];
  /** Estimated prompt tokens from which on a model, by its id, refuses; those left out take any. */
  realWindows: ReadonlyMap<string, number>;
  /** Whether a call that the provider itself failed counts against the caps. */
  countsFailures: boolean;
  tokensDated: "admission" | "completion";
  /** Milliseconds each way, and by how much more a call may take to arrive. */
  latencyMs: number;
  jitterMs: number;
  /** Milliseconds from the arrival to the first content, and from there to the end: least and most. */
  firstContentMs: readonly [number, number];
  generationMs: readonly [number, number];
  /** Real prompt tokens for each estimated one: least and most. */
  inputRatio: readonly [number, number];
  /** What is used of the output that was reserved: least and most share. */
  outputShare: readonly [number, number];
  /** How a 429 tells of the wait: not at all, as an instant, or by the state of every limit with each reply. */
  hints: "none" | "until" | "headers";
  faults: Readonly<Partial<Record<SimFault, number>>>;
  /** Everything fails with a 503 meanwhile. */
  outages: readonly { from: number; until: number }[];
  /** Keys that are refused from an instant on. */
  brokenKeys: ReadonlyMap<string, number>;
}

export interface SimRequest {
  /** Epoch milliseconds; requests of one instant arrive together. */
  at: number;
  model: string;
  /** Estimated prompt tokens. */
  input: number;
  /** The client's bound of the answer. */
  output: number;
  needs: RequestNeeds;
  conversation: string | null;
  patienceMs: number;
  /** The client gives up this long after its request; null: never. */
  leavesAfterMs: number | null;
}

export interface SimRestart {
  at: number;
  downMs: number;
  /** Asked to stop, the program writes what it has; a crash loses the settlements of the last moment. */
  graceful: boolean;
}

export interface SimWorld {
  seed: number;
  start: number;
  end: number;
  providers: readonly SimProvider[];
  requests: readonly SimRequest[];
  /** Clients that ask again as soon as they were answered, or may: full demand. */
  clients: number;
  restarts: readonly SimRestart[];
  strategy: StrategyName;
  /** The router is told every limit. */
  limitsKnown: boolean;
  /** No call takes more than was reserved for it. */
  estimatesHold: boolean;
}

/** What a call takes, in every measure that a limit can have. */
export interface SimUse {
  requests: number;
  tokens: number;
  inputTokens: number;
  units: number;
}

export interface SimCaller {
  secret: string;
  account: string;
  model: string;
}

export interface SimRefusal {
  limit: LimitSpec;
  /** Milliseconds until the call would fit. */
  waitMs: number;
}

export interface SimPlace {
  end(real: SimUse, now: number): void;
}

/** The books of one provider, which enforces its caps by them. */
export interface SimBooks {
  take(caller: SimCaller, asked: SimUse, now: number): SimRefusal | SimPlace;
  status(caller: SimCaller, now: number): { limit: LimitSpec; used: number; resetMs: number }[];
}

/** The durable memory of the router, as it is written and read at a restart. */
export interface SimLedger {
  append(event: RouterEvent): void;
  /** What was reserved up to now is safe from here on. */
  commit(): void;
  /** The process dies: what is not safe is lost. */
  crash(now: number): void;
  /** Everything is safe from here on. */
  flush(): void;
  saveLearnt(learnt: Learnt): void;
  /** What a new process starts from. */
  restart(now: number): RouterEvent[];
  /** How exact the ledger dates use that is this old, in milliseconds. */
  precision(age: number): number;
}

/** What the simulator does not bring along. */
export interface SimParts {
  createBooks(provider: SimProvider): SimBooks;
  createLedger(timers: Timers): SimLedger;
  /** Shared by all runs. */
  zones?: Zones;
  /** The same number for all instants of one calendar window, a larger one for those of a later one. */
  windowOf(window: LimitWindow, zone: string, at: number): number;
  /** A seeded bug, for the proof that it is caught: changes an event on its way into the state. */
  corrupt?(event: RouterEvent): RouterEvent;
  /** A seeded bug: when a reservation is entered. */
  enter?(reservation: () => void): void;
}
