/** The outside world as the core sees it. The composition root (`src/commands`) hands in the real ones, tests hand in virtual ones. */

import type { Later, Wake } from "./chat/later.ts";
import type { ReplyHeaders } from "./chat/reply-headers.ts";
import type { RouterEvent } from "./route/event.ts";

export interface Clock {
  /** Wall clock, epoch milliseconds. May jump. */
  now(): number;
  /** Milliseconds that never run backwards: for measuring durations. */
  monotonic(): number;
}

export interface Timer {
  cancel(): void;
}

export interface Timers {
  /** Calls `callback` once after `milliseconds`. */
  after(milliseconds: number, callback: () => void): Timer;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** Ends a call early. An AbortSignal is one. */
export interface Cancellation {
  readonly aborted: boolean;
  /** What the call then rejects with. */
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A body as it arrives. */
export interface ByteReader {
  /** The next piece; null at the end. Rejects when the connection breaks. */
  read(): Promise<Uint8Array | null>;
  /** The same without a promise; throws where `read` rejects. */
  next(wake: Wake): Uint8Array | null | Later;
  /** Nothing more is wanted: closes the connection. */
  cancel(): void;
}

export interface OutboundRequest {
  url: string;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
  signal: Cancellation;
  /** Opens a connection of its own, not one that was left open by an earlier call. */
  freshConnection?: boolean;
  /** The URL came in a request: nothing but the public internet is called, by plain http, too. For calls without a key. */
  publicOnly?: boolean;
  /** Instead of the proxy that holds for all calls: another one, as `checkProxyUrl` gives it, or `direct` for none. */
  proxy?: string;
}

export interface OutboundResponse {
  status: number;
  headers: ReplyHeaders;
  /** The whole body as text, decoded; rejects with ReplyTooLargeError beyond `maxBytes` of decoded text. */
  text(maxBytes: number): Promise<string>;
  /** The body as it arrives, decoded. */
  reader(): ByteReader;
}

/** What the names of hosts stand for. */
export interface Resolver {
  /** Every address of the host, in the order in which they are to be tried. Rejects when there is none. */
  addresses(host: string): Promise<readonly string[]>;
}

/**
 * The only way out. Never follows a redirect, always verifies TLS, never calls link-local, metadata or other
 * addresses that are no server's. Rejects when no reply came; what freellm itself refused is a FailureError.
 */
export interface Outbound {
  send(request: OutboundRequest): Promise<OutboundResponse>;
}

/** A value that SQLite takes and gives. */
export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlRow = Record<string, SqlValue>;

/** A prepared statement; parameters are positional (`?`). */
export interface Statement {
  run(...parameters: SqlValue[]): void;
  get(...parameters: SqlValue[]): SqlRow | undefined;
  all(...parameters: SqlValue[]): SqlRow[];
}

/** One SQLite database, whatever engine is behind it. All calls are synchronous. */
export interface Database {
  /** Runs statements without parameters; for schema and pragmas. */
  execute(sql: string): void;
  /** Prepared once per text and kept. */
  prepare(sql: string): Statement;
  /** Runs `work` in one IMMEDIATE transaction, rolled back when it throws. Does not nest. */
  transaction<T>(work: () => T): T;
  /** The whole database as the bytes of a SQLite file. */
  serialize(): Uint8Array;
  close(): void;
}

/**
 * Durable memory of what the routing state learns. `append` only queues; everything queued in one turn of the event
 * loop is written in one transaction, and `committed()` resolves once that is done. Events that need no memory are ignored.
 */
export interface Journal {
  append(event: RouterEvent): void;
  /** Resolves when every event appended so far survives `kill -9`; rejects when it could not be written. */
  committed(): Promise<void>;
}

/** Structured log; `fields` never hold a secret, and the writer scrubs them all the same. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
