/** What one simulated provider is like: its wire habits, its caps, its keys and how often it fails. Data only. */
import type { LimitSpec } from "../../core/provider.ts";

/** Whose errors and headers it copies. */
export type StyleName = "groq" | "openrouter" | "mistral" | "nvidia";

/** What can go wrong with a call that the caps would let through. */
export type FaultKind =
  /** 429 for a reason that no known cap explains. */
  | "rate_limit"
  | "server_error"
  /** 503: the provider is overloaded. */
  | "unavailable"
  /** Accepts the call and says nothing until the caller leaves or `stallMs` is over. */
  | "stall";

export interface SimulatedModel {
  id: string;
  contextWindow: number;
}

export interface SimulatedKey {
  secret: string;
  /** Keys of one account share the caps of scope `account`. */
  account: string;
}

export interface SimulatedProfile {
  /** Provider id, as it is registered. */
  id: string;
  /** As people read it. */
  name: string;
  style: StyleName;
  models: readonly SimulatedModel[];
  keys: readonly SimulatedKey[];
  /** Enforced to the letter. */
  limits: readonly LimitSpec[];
  /** Whether a call that ends in a fault still counts against the caps. */
  failedCallsCount: boolean;
  /** What it tells of an account's use may be as old as this, in milliseconds; 0 where left out. */
  usageLagMs?: number;
  /** Chance of each fault, 0 to 1, drawn once for each call. */
  faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** Faults of the very first chat calls, one each: makes a failover certain. */
  opening: readonly FaultKind[];
  /** Milliseconds from the call to its first token. */
  firstTokenMs: number;
  /** Milliseconds between two tokens of a stream. */
  tokenMs: number;
  /** Milliseconds after which a stalled call is given up with a 504. */
  stallMs: number;
}

/** The outside world, as far as a simulated provider needs it. The ports of the core fit as they are. */
export interface SimulatedWorld {
  clock: { now(): number };
  random: { fraction(): number };
  timers: { after(milliseconds: number, callback: () => void): { cancel(): void } };
}
