/** Durable memory of what the routing state learns: calls, rests, states of keys. History is next door. */

import type { Database, Journal, Timer, Timers } from "../ports.ts";
import type { RouterEvent } from "../route/event.ts";
import type { CallLog, Reserved } from "./call-log.ts";

/** A rest that is over sooner is not worth remembering: a restart takes about as long. */
const REMEMBERED_REST_MS = 120_000;

/** Settlements may wait this long for company: until then a kill leaves the reservation standing, which counts as used. */
const LAZY_MS = 250;

type Settled = Extract<RouterEvent, { type: "call-settled" }>;

/** Calls of one target that left within one second and were settled within one: a restart dates use no finer. */
interface CallSum {
  keyId: string;
  model: string;
  /** Of the latest. */
  id: number;
  at: number;
  settledAt: number;
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

/** What the next transaction writes of calls. */
class CallGroup {
  /** Those that are still open. */
  readonly open = new Map<number, Reserved>();
  readonly sums: CallSum[] = [];
  /** The largest number. */
  last = 0;

  get isEmpty(): boolean {
    return this.last === 0;
  }

  reserve(call: Reserved): void {
    this.open.set(call.callId, call);
    this.last = Math.max(this.last, call.callId);
  }

  /** false for a call that an earlier group wrote. */
  settle(end: Settled): boolean {
    const call = this.open.get(end.callId);
    if (call === undefined) return false;
    this.open.delete(end.callId);
    const sum = this.#sumFor(call, end);
    sum.id = Math.max(sum.id, call.callId);
    sum.at = Math.max(sum.at, call.at);
    sum.settledAt = Math.max(sum.settledAt, end.at);
    sum.requests += end.requests;
    sum.inputTokens += end.inputTokens;
    sum.outputTokens += end.outputTokens;
    return true;
  }

  /** There are as many as targets in use: the latest ones are looked at first. */
  #sumFor({ callId, keyId, model, at }: Reserved, end: Settled): CallSum {
    for (let index = this.sums.length - 1; index >= 0; index--) {
      const sum = this.sums[index];
      if (sum === undefined || sum.model !== model || sum.keyId !== keyId) continue;
      if (secondOf(sum.at) === secondOf(at) && secondOf(sum.settledAt) === secondOf(end.at)) return sum;
    }
    const sum: CallSum = {
      ...{ keyId, model, id: callId, at, settledAt: end.at },
      ...{ requests: 0, inputTokens: 0, outputTokens: 0 },
    };
    this.sums.push(sum);
    return sum;
  }
}

function secondOf(at: number): number {
  return Math.floor(at / 1000);
}

/** The statements behind it all, prepared once. */
function createWriter(database: Database) {
  const reserve = database.prepare(`
    INSERT OR REPLACE INTO calls (id, key_id, model, at, requests, input_tokens, output_tokens)
    VALUES (?, ?, ?, ?, 1, ?, ?)`);
  const whole = database.prepare(`
    INSERT OR REPLACE INTO calls (id, key_id, model, at, settled_at, requests, input_tokens, output_tokens)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const settle = database.prepare(
    "UPDATE calls SET settled_at = ?, requests = ?, input_tokens = ?, output_tokens = ? WHERE id = ?",
  );
  const remember = database.prepare("UPDATE call_numbers SET last = max(last, ?)");
  // A rest that ends later wins, as in the routing state.
  const rest = database.prepare(`
    INSERT INTO rests (scope, kind, until, at, guessed) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (scope) DO UPDATE SET
      kind = excluded.kind, until = excluded.until, at = excluded.at, guessed = excluded.guessed
    WHERE excluded.until > rests.until`);
  const clearRest = database.prepare("DELETE FROM rests WHERE scope = ?");
  // A key that was removed meanwhile must not come back as a state without a key.
  const keyState = database.prepare(`
    INSERT OR REPLACE INTO key_states (key_id, state, detail, at)
    SELECT id, ?, ?, ? FROM keys WHERE id = ?`);

  return {
    calls(group: CallGroup): void {
      if (group.isEmpty) return;
      for (const { callId, keyId, model, at, tokens, inputTokens } of group.open.values()) {
        reserve.run(callId, keyId, model, at, inputTokens, tokens - inputTokens);
      }
      for (const { id, keyId, model, at, settledAt, requests, inputTokens, outputTokens } of group.sums) {
        whole.run(id, keyId, model, at, settledAt, requests, inputTokens, outputTokens);
      }
      // The log may still name them when the process dies: up to here they are known.
      remember.run(group.last);
    },
    event(event: RouterEvent): void {
      switch (event.type) {
        case "call-settled":
          settle.run(event.at, event.requests, event.inputTokens, event.outputTokens, event.callId);
          break;
        case "rest-set":
          rest.run(event.scope, event.kind, event.until, event.at, event.guessed ? 1 : 0);
          break;
        case "rest-cleared":
          clearRest.run(event.scope);
          break;
        case "key-state-changed":
          keyState.run(event.state, event.detail, event.at, event.keyId);
          break;
      }
    },
  };
}

/** `now`: written at the end of this turn of the event loop; `soon`: with the next such group, or after LAZY_MS. */
function urgency(event: RouterEvent): "now" | "soon" | "never" {
  switch (event.type) {
    case "call-reserved":
    case "rest-cleared":
    case "key-state-changed":
      return "now";
    // Every stated rest passes here: the router follows each failure that rests somebody with the rest itself.
    case "rest-set":
      return event.until - event.at > REMEMBERED_REST_MS ? "now" : "never";
    case "call-settled":
      return "soon";
    default:
      return "never";
  }
}

export interface StoreJournal extends Journal {
  /** Writes what is queued at once. */
  flush(): void;
}

export interface JournalOptions {
  database: Database;
  timers: Timers;
  onError: (error: unknown) => void;
  /** Keeps reservations until the database has them; null where nothing outlives the process anyway. */
  log: CallLog | null;
}

/**
 * Group commit: the reservations of one turn of the event loop go to the call log in one write, and with all else to the
 * database in one transaction, at the end of the turn or a moment later. A group that cannot be written is given up,
 * told to `onError` and to those who wait for it; the next group is tried afresh.
 */
export function createJournal({ database, timers, onError, log }: JournalOptions): StoreJournal {
  const write = createWriter(database);
  let calls = new CallGroup();
  /** All else. */
  let queue: RouterEvent[] = [];
  let unlogged: Reserved[] = [];
  let waiting: PromiseWithResolvers<void> | undefined;
  /** The end of the turn is waited for. */
  let immediate = false;
  /** Something is queued that only the database keeps. */
  let urgent = false;
  let lazy: Timer | undefined;

  function flush(): void {
    urgent = false;
    lazy?.cancel();
    lazy = undefined;
    unlogged = [];
    const group = queue;
    const ended = calls;
    const waiter = waiting;
    queue = [];
    waiting = undefined;
    if (group.length > 0 || !ended.isEmpty) {
      calls = new CallGroup();
      try {
        database.transaction(() => {
          write.calls(ended);
          for (const event of group) write.event(event);
        });
        log?.clear();
      } catch (error) {
        onError(error);
        waiter?.reject(error);
        return;
      }
    }
    waiter?.resolve();
  }

  /** The end of a turn: what is urgent is made durable, by the cheaper way where that is enough. */
  function endTurn(): void {
    immediate = false;
    if (urgent || log === null) {
      flush();
      return;
    }
    const reserved = unlogged;
    const waiter = waiting;
    unlogged = [];
    waiting = undefined;
    try {
      if (reserved.length > 0) log.append(reserved);
    } catch (error) {
      onError(error);
      waiter?.reject(error);
      return;
    }
    waiter?.resolve();
  }

  function endTurnLater(): void {
    if (immediate) return;
    immediate = true;
    setImmediate(endTurn);
  }

  return {
    append(event) {
      const when = urgency(event);
      if (when === "never") return;
      if (event.type === "call-reserved") calls.reserve(event);
      else if (event.type !== "call-settled" || !calls.settle(event)) queue.push(event);
      if (event.type === "call-reserved" && log !== null) unlogged.push(event);
      else if (when === "now") urgent = true;
      if (when === "now") endTurnLater();
      lazy ??= timers.after(LAZY_MS, flush);
    },
    committed() {
      if (!immediate) return Promise.resolve();
      waiting ??= Promise.withResolvers<void>();
      return waiting.promise;
    },
    flush,
  };
}
