/** Durable memory of what the routing state learns: calls, rests, states of keys. History is next door. */
import type { Database, Journal, Timer, Timers } from "../ports.ts";
import type { RouterEvent } from "../route/event.ts";

/** A rest that is over sooner is not worth remembering: a restart takes about as long. */
const REMEMBERED_REST_MS = 120_000;

/** Settlements may wait this long for company: until then a kill leaves the reservation standing, which counts as used. */
const LAZY_MS = 250;

type Writer = (event: RouterEvent) => void;

/** The statements behind each event, prepared once. */
function createWriter(database: Database): Writer {
  const reserve = database.prepare(`
    INSERT OR REPLACE INTO calls (id, key_id, model, at, requests, input_tokens, output_tokens)
    VALUES (?, ?, ?, ?, 1, ?, ?)`);
  const settle = database.prepare(
    "UPDATE calls SET settled_at = ?, requests = ?, input_tokens = ?, output_tokens = ? WHERE id = ?",
  );
  // A rest that ends later wins, as in the routing state.
  const rest = database.prepare(`
    INSERT INTO rests (scope, kind, until, at) VALUES (?, ?, ?, ?)
    ON CONFLICT (scope) DO UPDATE SET kind = excluded.kind, until = excluded.until, at = excluded.at
    WHERE excluded.until > rests.until`);
  const clearRest = database.prepare("DELETE FROM rests WHERE scope = ?");
  // A key that was removed meanwhile must not come back as a state without a key.
  const keyState = database.prepare(`
    INSERT OR REPLACE INTO key_states (key_id, state, detail, at)
    SELECT id, ?, ?, ? FROM keys WHERE id = ?`);

  return (event) => {
    switch (event.type) {
      case "call-reserved": {
        const { callId, keyId, model, at, tokens, inputTokens } = event;
        reserve.run(callId, keyId, model, at, inputTokens, tokens - inputTokens);
        break;
      }
      case "call-settled":
        settle.run(event.at, event.requests, event.inputTokens, event.outputTokens, event.callId);
        break;
      case "rest-set":
        rest.run(event.scope, event.kind, event.until, event.at);
        break;
      case "rest-cleared":
        clearRest.run(event.scope);
        break;
      case "key-state-changed":
        keyState.run(event.state, event.detail, event.at, event.keyId);
        break;
    }
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

/**
 * Group commit: whatever is appended in one turn of the event loop goes into one transaction. A group that
 * cannot be written is given up, told to `onError` and to those who wait for it; the next group is tried afresh.
 */
export function createJournal(
  database: Database,
  timers: Timers,
  onError: (error: unknown) => void,
): StoreJournal {
  const write = createWriter(database);
  let queue: RouterEvent[] = [];
  let waiting: PromiseWithResolvers<void> | undefined;
  let immediate = false;
  let lazy: Timer | undefined;

  function flush(): void {
    immediate = false;
    lazy?.cancel();
    lazy = undefined;
    if (queue.length === 0) return;
    const group = queue;
    const waiter = waiting;
    queue = [];
    waiting = undefined;
    try {
      database.transaction(() => {
        for (const event of group) write(event);
      });
    } catch (error) {
      onError(error);
      waiter?.reject(error);
      return;
    }
    waiter?.resolve();
  }

  function flushThisTurn(): void {
    if (immediate) return;
    immediate = true;
    setImmediate(flush);
  }

  return {
    append(event) {
      const when = urgency(event);
      if (when === "never") return;
      queue.push(event);
      if (when === "now") flushThisTurn();
      else if (!immediate) lazy ??= timers.after(LAZY_MS, flush);
    },
    committed() {
      if (queue.length === 0) return Promise.resolve();
      flushThisTurn();
      waiting ??= Promise.withResolvers<void>();
      return waiting.promise;
    },
    flush,
  };
}
