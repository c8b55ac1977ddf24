/**
 * How the last requests were decided, written behind the answers: a row for all of one moment, because a row costs more than
 * what is in it. They are looked up seldom, by reading through.
 */
import type { Database, SqlRow } from "../ports.ts";
import type { DecisionRecord } from "../route/decision.ts";
import { DecisionPage, readDecisions } from "./decision-page.ts";
import { traceOf } from "./page-ids.ts";
import { readNumber, readText } from "./row.ts";
import { type Behind, createWriteBehind } from "./write-behind.ts";

/** At least so many; the oldest row may hold a few more. */
export const KEPT_DECISIONS = 10_000;

export interface Decisions {
  /** Queues a record, which is made at the end of the turn: a kill loses those of the last quarter of a second. */
  add(record: () => DecisionRecord): void;
  /** How many there have ever been. */
  readonly count: number;
  find(id: string): DecisionRecord | null;
  /** Latest first. */
  recent(limit: number): DecisionRecord[];
  flush(): void;
}

export function createDecisions(database: Database, behind: Behind): Decisions {
  const insert = database.prepare("INSERT INTO decisions (last, documents) VALUES (?, ?)");
  const prune = database.prepare("DELETE FROM decisions WHERE last <= ?");
  const holding = database.prepare(
    "SELECT documents FROM decisions WHERE instr(documents, ?) > 0 ORDER BY last DESC",
  );
  const before = database.prepare(
    "SELECT last, documents FROM decisions WHERE last < ? ORDER BY last DESC LIMIT 1",
  );
  const newest = database.prepare("SELECT coalesce(max(last), 0) AS last FROM decisions").get();
  let count = newest ? readNumber(newest, "last") : 0;
  let page = new DecisionPage();
  const pack = (make: () => DecisionRecord): void => page.add(make());
  const write = (): void => {
    const { text } = page;
    page = new DecisionPage();
    database.transaction(() => {
      insert.run(count, text);
      prune.run(count - KEPT_DECISIONS);
    });
  };
  const { add, flush } = createWriteBehind(behind, { pack, write });

  /** Latest first. */
  const read = (row: SqlRow): DecisionRecord[] => readDecisions(readText(row, "documents")).reverse();

  return {
    add(record) {
      count++;
      add(record);
    },
    get count() {
      return count;
    },
    find(id) {
      flush();
      for (const row of holding.all(traceOf(id))) {
        const record = read(row).find((one) => one.id === id);
        if (record) return record;
      }
      return null;
    },
    recent(limit) {
      flush();
      const records: DecisionRecord[] = [];
      for (let row = before.get(count + 1); row && records.length < limit; ) {
        records.push(...read(row));
        row = before.get(readNumber(row, "last"));
      }
      return records.slice(0, limit);
    },
    flush,
  };
}
