/** How the last requests were decided, written behind the answers. A ring: the oldest row is overwritten by the newest. */
import type { Database, SqlRow, Timer, Timers } from "../ports.ts";
import type { DecisionRecord } from "../route/decision.ts";
import { packDecision, unpackDecision } from "./decision-pack.ts";
import { readNumber, readText } from "./row.ts";

export const KEPT_DECISIONS = 10_000;
const FLUSH_MS = 250;
const FLUSH_ROWS = 200;

export interface Decisions {
  /** Queues a record, which is made when it is written: a kill loses those of the last quarter of a second. */
  add(record: () => DecisionRecord): void;
  /** How many there have ever been. */
  readonly count: number;
  find(id: string): DecisionRecord | null;
  /** Latest first. */
  recent(limit: number): DecisionRecord[];
  flush(): void;
}

export function createDecisions(
  database: Database,
  timers: Timers,
  onError: (error: unknown) => void,
): Decisions {
  const insert = database.prepare(
    "INSERT OR REPLACE INTO decisions (slot, number, id, document) VALUES (?, ?, ?, ?)",
  );
  const byId = database.prepare("SELECT document FROM decisions WHERE id = ? ORDER BY number DESC LIMIT 1");
  const latest = database.prepare("SELECT document FROM decisions ORDER BY number DESC LIMIT ?");
  const newest = database.prepare("SELECT coalesce(max(number), 0) AS number FROM decisions").get();
  let count = newest ? readNumber(newest, "number") : 0;
  let queue: (() => DecisionRecord)[] = [];
  let timer: Timer | undefined;

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    if (queue.length === 0) return;
    const records = queue;
    queue = [];
    const first = count - records.length + 1;
    try {
      database.transaction(() => {
        for (const [index, make] of records.entries()) {
          const record = make();
          const number = first + index;
          insert.run(number % KEPT_DECISIONS, number, record.id, packDecision(record));
        }
      });
    } catch (error) {
      onError(error);
    }
  }

  const read = (rows: readonly SqlRow[]): DecisionRecord[] =>
    rows.flatMap((row) => unpackDecision(readText(row, "document")) ?? []);

  return {
    add(record) {
      count++;
      queue.push(record);
      if (queue.length >= FLUSH_ROWS) flush();
      else timer ??= timers.after(FLUSH_MS, flush);
    },
    get count() {
      return count;
    },
    find(id) {
      flush();
      return read(byId.all(id))[0] ?? null;
    },
    recent(limit) {
      flush();
      return read(latest.all(limit));
    },
    flush,
  };
}
