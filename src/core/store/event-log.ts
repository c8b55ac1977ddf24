/**
 * What the routing state saw, so that a decision can be made again: now and then the whole state, and behind it the events
 * since, many to a row. Bounded: what no decision that is kept can need goes, and beyond a size the oldest.
 */
import type { Database, SqlRow } from "../ports.ts";
import { KEPT_DECISIONS } from "./decisions.ts";
import { readNumber, readText } from "./row.ts";

/** Bytes of checkpoints and events together. */
const MOST_BYTES = 24 * 1024 * 1024;

export interface LoggedState {
  number: number;
  /** Of one process; sequence numbers begin anew with each. */
  run: string;
  version: string;
  /** Events that it has seen. */
  sequence: number;
  document: string;
}

export interface LoggedEvents {
  /** The number of the first event in it. */
  sequence: number;
  document: string;
}

export interface EventLog {
  /** `decisions`: how many have been made so far. */
  addState(state: Omit<LoggedState, "number">, decisions: number): void;
  addEvents(run: string, events: LoggedEvents): void;
  /** The latest state of the run that had seen at most `sequence` events; null where there is none any more. */
  stateBefore(run: string, sequence: number): LoggedState | null;
  /** What came after a state, up to the event `sequence` at least, in order. */
  eventsAfter(state: LoggedState, sequence: number): LoggedEvents[];
}

export function createEventLog(database: Database): EventLog {
  const insert = database.prepare(
    "INSERT INTO router_log (run, kind, sequence, version, decisions, bytes, document) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const state = database.prepare(`
    SELECT number, run, sequence, version, document FROM router_log
    WHERE kind = 'state' AND run = ? AND sequence <= ? ORDER BY number DESC LIMIT 1`);
  const events = database.prepare(`
    SELECT sequence, document FROM router_log
    WHERE kind = 'events' AND run = ? AND number > ? AND sequence <= ? ORDER BY number`);
  const groups = database.prepare(`
    SELECT number, decisions, bytes FROM (
      SELECT number, kind, decisions, sum(bytes) OVER (ORDER BY number DESC) AS bytes FROM router_log
    ) AS sums WHERE kind = 'state' ORDER BY number`);
  const forget = database.prepare("DELETE FROM router_log WHERE number < ?");

  /** The oldest state that is still needed becomes the first row. */
  function prune(decisions: number): void {
    const rows = groups.all();
    const needed = rows.findLast((row) => readNumber(row, "decisions") <= decisions - KEPT_DECISIONS);
    const fitting = rows.find((row) => readNumber(row, "bytes") <= MOST_BYTES) ?? rows.at(-1);
    const first = Math.max(numberOf(needed), numberOf(fitting));
    forget.run(first);
  }

  return {
    addState({ run, version, sequence, document }, decisions) {
      database.transaction(() => {
        insert.run(run, "state", sequence, version, decisions, document.length, document);
        prune(decisions);
      });
    },
    addEvents(run, { sequence, document }) {
      insert.run(run, "events", sequence, "", 0, document.length, document);
    },
    stateBefore(run, sequence) {
      const row = state.get(run, sequence);
      if (!row) return null;
      return {
        ...{ number: readNumber(row, "number"), run, version: readText(row, "version") },
        ...{ sequence: readNumber(row, "sequence"), document: readText(row, "document") },
      };
    },
    eventsAfter({ run, number }, sequence) {
      return events.all(run, number, sequence).map((row) => ({
        sequence: readNumber(row, "sequence"),
        document: readText(row, "document"),
      }));
    },
  };
}

function numberOf(row: SqlRow | undefined): number {
  return row === undefined ? 0 : readNumber(row, "number");
}
