/** The requests of the past, written behind the answers, and their totals. No prompt, no completion. */
import type { Database } from "../ports.ts";
import type { RequestRecord } from "../route/event.ts";
import { OpenPage, readPage } from "./history-page.ts";
import { traceOf } from "./page-ids.ts";
import type { Rollup, RollupSpan } from "./rollup-slots.ts";
import { createRollups } from "./rollups.ts";
import { readNumber, readText } from "./row.ts";
import { StoreError } from "./store-error.ts";
import { type Behind, createWriteBehind } from "./write-behind.ts";

/** A page with fewer records is gone on with: somebody who asks once a minute would have a page for each record. */
const FULL_PAGE = 64;
/** So many are looked through for those that fit. */
const SEARCHED = 50_000;

export interface Totals {
  requests: number;
  /** Requests that got no answer, or a broken one. */
  failed: number;
  /** Attempts beyond the first of each request. */
  failovers: number;
  inputTokens: number;
  outputTokens: number;
}

/** Which requests are looked for; null: whatever it is. */
export interface Wanted {
  /** Only those that got no answer, or a broken one. */
  failed: boolean;
  /** As asked for, or as it was served or tried: `id` or `provider/id`. */
  model: string | null;
  provider: string | null;
}

export interface History {
  /** Queues a record: a kill loses those of the last quarter of a second, closing loses none. */
  add(record: RequestRecord): void;
  /** Latest first; none where the history cannot be read, which `onError` is told: nothing else depends on it. */
  recent(limit: number): RequestRecord[];
  /** The same of those that fit, among the latest 50,000. */
  find(wanted: Wanted, limit: number): RequestRecord[];
  /** null for one that is not in the history. */
  byId(id: string): RequestRecord | null;
  /** Sums over the slots of one length that start within [from, to]; none where they cannot be read. */
  rollups(span: RollupSpan, from: number, to: number): Rollup[];
  /** Of all requests ever, also of those no longer in the history. */
  totals(): Totals;
  /** To be called before the past is pruned: what a kill left undone is made of what would go. */
  complete(): void;
  /** Writes what is queued at once. */
  flush(): void;
}

export function createHistory(database: Database, behind: Behind): History {
  const put = database.prepare(`
    INSERT OR REPLACE INTO request_pages (number, count, last_at, first_id, last_id, records)
    VALUES (?, ?, ?, ?, ?, ?)`);
  const newest = database.prepare("SELECT max(number) AS number FROM request_pages");
  const updateTotals = database.prepare(
    "UPDATE totals SET requests = ?, failed = ?, failovers = ?, input_tokens = ?, output_tokens = ?",
  );
  const pages = createPages(database);
  const rollups = createRollups(database, behind);
  const totals = readTotals(database);
  let page: OpenPage | null = null;
  let number: number | null = null;

  function pack(record: RequestRecord): void {
    if (page === null) {
      page = new OpenPage(record);
      number = null;
    }
    page.add(record);
    rollups.add(record);
  }

  function write(): void {
    if (page === null) return;
    const { lastAt, firstId, lastId, text, count } = page;
    const { requests, failed, failovers, inputTokens, outputTokens } = totals;
    try {
      database.transaction(() => {
        number ??= Number(newest.get()?.number ?? 0) + 1;
        put.run(number, count, lastAt, firstId, lastId, text);
        rollups.write();
        updateTotals.run(requests, failed, failovers, inputTokens, outputTokens);
      });
      if (count >= FULL_PAGE) page = null;
    } catch (error) {
      page = null;
      rollups.giveUp();
      throw error;
    }
  }

  const { add, flush } = createWriteBehind(behind, { pack, write });

  /** What is there, written first; `none` where it cannot be read. */
  function read<T>(look: () => T, none: T): T {
    flush();
    try {
      return look();
    } catch (error) {
      behind.onError(error);
      return none;
    }
  }

  return {
    add(record) {
      totals.requests++;
      if (isFailed(record)) totals.failed++;
      totals.failovers += Math.max(0, record.attempts.length - 1);
      totals.inputTokens += record.inputTokens;
      totals.outputTokens += record.outputTokens;
      add(record);
    },
    recent: (limit) => read(() => [...pages.latest(limit, () => true)], []),
    find(wanted, limit) {
      const worthReading = (page: string) => mayFit(page, wanted);
      return read(() => fitting(pages.latest(SEARCHED, worthReading), wanted, limit), []);
    },
    byId: (id) => read(() => pages.byId(id), null),
    rollups: (span, from, to) => read(() => rollups.read(span, from, to), []),
    totals: () => ({ ...totals }),
    complete: () => rollups.complete(),
    flush() {
      flush();
      rollups.settle();
    },
  };
}

/** A record and its place in the order in which they ended. */
interface Placed {
  record: RequestRecord;
  page: number;
  index: number;
}

function createPages(database: Database) {
  const before = database.prepare(`
    SELECT number, last_at FROM request_pages
    WHERE last_at <= ? AND (last_at < ? OR number < ?) ORDER BY last_at DESC, number DESC LIMIT 1`);
  // Without the index named, all pages would be read in the order that is asked for.
  const holding = database.prepare(`
    SELECT number FROM request_pages INDEXED BY request_pages_by_id WHERE first_id <= ? AND last_id >= ?`);
  const select = database.prepare("SELECT count, records FROM request_pages WHERE number = ?");
  const find = (number: number): { count: number; text: string } => {
    const row = select.get(number);
    if (row === undefined) throw new StoreError("corrupt", "The database lost a page of the history.");
    return { count: readNumber(row, "count"), text: readText(row, "records") };
  };

  return {
    /**
     * Latest first. They are in the order in which they ended, and a long one may have begun before many others: a record is
     * next only once every page that is not read ends before it. Pages that are not `worthReading` are counted and left out.
     */
    *latest(limit: number, worthReading: (text: string) => boolean): Generator<RequestRecord, void> {
      const end = Number.MAX_SAFE_INTEGER;
      let row = before.get(end, end, end);
      /** The latest is the last. */
      let waiting: Placed[] = [];
      for (let given = 0; given < limit; ) {
        const unread = row === undefined ? Number.NEGATIVE_INFINITY : readNumber(row, "last_at");
        while (given < limit) {
          const next = waiting.at(-1);
          if (next === undefined || next.record.at <= unread) break;
          waiting.pop();
          given++;
          yield next.record;
        }
        if (row === undefined) return;
        const page = readNumber(row, "number");
        const { count, text } = find(page);
        const isRead = worthReading(text);
        if (!isRead) given += count;
        const records = isRead ? readPage(text) : [];
        waiting = [...waiting, ...records.map((record, index) => ({ record, page, index }))].sort(inOrder);
        row = before.get(unread, unread, page);
      }
    },
    /** The last of that id. */
    byId(id: string): RequestRecord | null {
      const text = traceOf(id);
      const numbers = holding.all(id, id).map((row) => readNumber(row, "number"));
      for (const number of numbers.sort((former, latter) => latter - former)) {
        const page = find(number);
        if (!page.text.includes(text)) continue;
        const record = readPage(page.text).findLast((one) => one.id === id);
        if (record) return record;
      }
      return null;
    },
  };
}

function inOrder(former: Placed, latter: Placed): number {
  return former.record.at - latter.record.at || former.page - latter.page || former.index - latter.index;
}

function fitting(records: Iterable<RequestRecord>, wanted: Wanted, limit: number): RequestRecord[] {
  const found: RequestRecord[] = [];
  if (limit < 1) return found;
  for (const record of records) {
    if (fits(record, wanted) && found.push(record) >= limit) break;
  }
  return found;
}

function fits(record: RequestRecord, { failed, model, provider }: Wanted): boolean {
  if (failed && !isFailed(record)) return false;
  if (provider !== null && !record.attempts.some((attempt) => attempt.provider === provider)) return false;
  if (model === null || record.model === model) return true;
  return record.attempts.some((one) => one.model === model || `${one.provider}/${one.model}` === model);
}

/** Whether all that is wanted is named in the page at all: most pages need not be read for what is rare. */
function mayFit(page: string, { failed, model, provider }: Wanted): boolean {
  const names = (name: string): boolean => {
    const text = JSON.stringify(name).slice(1, -1);
    // What needs a backslash may be written in several ways.
    return text.includes("\\") || page.includes(text);
  };
  if (failed && !names("failed") && !names("broken")) return false;
  if (provider !== null && !names(provider)) return false;
  // Provider and model are apart in the page; one of the parts is enough to be worth it.
  return model === null || names(model) || names(model.slice(model.lastIndexOf("/") + 1));
}

function isFailed({ outcome }: RequestRecord): boolean {
  return outcome === "failed" || outcome === "broken";
}

function readTotals(database: Database): Totals {
  const row = database.prepare("SELECT * FROM totals").get();
  if (!row) return { requests: 0, failed: 0, failovers: 0, inputTokens: 0, outputTokens: 0 };
  return {
    requests: readNumber(row, "requests"),
    failed: readNumber(row, "failed"),
    failovers: readNumber(row, "failovers"),
    inputTokens: readNumber(row, "input_tokens"),
    outputTokens: readNumber(row, "output_tokens"),
  };
}
