/** What serving a request needs from the application: one object, handed in, with no state of its own. */

import type { ChatRequest } from "../chat/request.ts";
import type { Clock, Journal, Log, Outbound, Timers } from "../ports.ts";
import type { Memory, ProviderSpec, Providers } from "../provider.ts";
import type { DecisionRecord } from "../route/decision.ts";
import type { KeyId, RouterEvent } from "../route/event.ts";
import type { RouterState } from "../route/state.ts";
import type { Digest } from "./conversation.ts";
import type { Meetings } from "./rendezvous.ts";
import type { Waiters } from "./waiters.ts";

/** Deadlines and bounds of one request, in milliseconds unless said otherwise. */
export interface ServeLimits {
  maxAttempts: number;
  failoverBudgetMs: number;
  maxWaitMs: number;
  upstreamTimeoutMs: number;
  firstContentMs: number;
  streamStallMs: number;
  headerHoldMs: number;
  heartbeatMs: number;
  maxBodyBytes: number;
  /** A broken answer goes on at another target, unless a request says otherwise. */
  rescue: boolean;
  /** A call that is slower than usual may be doubled. */
  hedge: boolean;
  /** Tool calls are held until all of them are whole. */
  holdTools: boolean;
}

export interface Gateway {
  readonly state: RouterState;
  readonly journal: Journal;
  readonly providers: Providers;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly limits: ServeLimits;
  readonly waiters: Waiters;
  readonly meetings: Meetings;
  /** What the dialects must keep from one request to the next. */
  readonly memory: Memory;
  /** Applies the event to the state, remembers it and tells whoever listens. */
  record(event: RouterEvent): void;
  nextCallId(): number;
  newRequestId(): string;
  providerOf(id: string): ProviderSpec | undefined;
  /** The key's secret, decrypted now; null for a key that is none (anonymous). */
  secretOf(keyId: KeyId): string | null;
  baseUrlOf(keyId: KeyId): string | null;
  /** The key's own proxy, or `direct`; null where the setting for all holds. */
  proxyOf(keyId: KeyId): string | null;
  /** Names conversations without keeping what was said. */
  readonly digest: Digest;
  /** Tokens of a prompt, exact for models whose vocabulary is known; null where it could not be counted in time. Never rejects. */
  readonly tokenizer: { count(request: ChatRequest): Promise<number | null> };
  /** How requests were decided is kept behind their answers. */
  readonly decisions: { remember(decision: () => Omit<DecisionRecord, "version">): void };
  /** A reply said that this key is invalid: find out, without delaying anybody. */
  doubt(keyId: KeyId): void;
}
