/** The events that rebuild the routing state after a restart: open windows from compact tables, rests not yet over. */
import type { Database, SqlRow } from "../ports.ts";
import type { RouterEvent } from "../route/event.ts";
import { SLOT_KEPT_MS } from "./compaction.ts";
import { readNumber, readText } from "./row.ts";

type RestSet = Extract<RouterEvent, { type: "rest-set" }>;

/**
 * A process that died can settle nothing: what it had reserved counts as used, until as late as the call can have
 * lasted (the longest deadline of a call is ten minutes).
 */
const ADOPT = "UPDATE calls SET settled_at = max(at, min(?, at + 600000)) WHERE settled_at IS NULL";

/** Requests are dated when they left, tokens when they were settled; one event for each second is exact enough. */
const REQUESTS = `
  SELECT key_id, model, min(at) AS first_at, max(at) AS last_at,
    sum(requests) AS requests, 0 AS input_tokens, 0 AS output_tokens
  FROM calls WHERE requests > 0 GROUP BY key_id, model, at / 1000`;
const TOKENS = `
  SELECT key_id, model, min(settled_at) AS first_at, max(settled_at) AS last_at,
    0 AS requests, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens
  FROM calls WHERE input_tokens + output_tokens > 0 GROUP BY key_id, model, settled_at / 1000`;
const SLOTS = `
  SELECT key_id, model, start AS first_at, last_at, requests, input_tokens, output_tokens
  FROM usage_slots WHERE start > ?`;

function toEvent(row: SqlRow, now: number): RouterEvent {
  // A clock that was set back must not date use into the future, where no window would ever let go of it.
  const to = Math.min(readNumber(row, "last_at"), now);
  return {
    type: "usage-restored",
    keyId: readText(row, "key_id"),
    model: readText(row, "model"),
    from: Math.min(readNumber(row, "first_at"), to),
    to,
    requests: readNumber(row, "requests"),
    inputTokens: readNumber(row, "input_tokens"),
    outputTokens: readNumber(row, "output_tokens"),
  };
}

/** To be called once, before the first call is reserved: what is unsettled then belongs to a process that died. */
export function restoreEvents(database: Database, now: number): RouterEvent[] {
  database.transaction(() => database.prepare(ADOPT).run(now));
  const usage = [
    ...database.prepare(SLOTS).all(now - SLOT_KEPT_MS),
    ...database.prepare(REQUESTS).all(),
    ...database.prepare(TOKENS).all(),
  ];
  const rests = database
    .prepare("SELECT scope, kind, until, at, guessed FROM rests WHERE until > ?")
    .all(now);
  return [
    ...usage.map((row) => toEvent(row, now)).sort(byEnd),
    ...rests.map(
      (row): RestSet => ({
        type: "rest-set",
        scope: readText(row, "scope"),
        kind: readText(row, "kind") as RestSet["kind"],
        until: readNumber(row, "until"),
        at: readNumber(row, "at"),
        ...(readNumber(row, "guessed") === 1 ? { guessed: true as const } : {}),
      }),
    ),
  ];
}

function byEnd(left: RouterEvent, right: RouterEvent): number {
  return left.type === "usage-restored" && right.type === "usage-restored" ? left.to - right.to : 0;
}
