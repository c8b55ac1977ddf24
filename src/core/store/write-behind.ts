/**
 * Rows that are written behind the answers. A row is kept until the end of the turn of the event loop, then packed into a page
 * and let go: what waits for the write are a few texts, not the objects of a request. A kill loses the last quarter of a second.
 */
import type { Timer, Timers } from "../ports.ts";

const FLUSH_MS = 250;
const FLUSH_ROWS = 500;

/** Where rows are collected. What either throws goes to `onError`, and the rows it is about are given up. */
export interface Page<Row> {
  pack(row: Row): void;
  /** Writes what was packed since the last time. */
  write(): void;
}

export interface WriteBehind<Row> {
  add(row: Row): void;
  /** Packs and writes what is queued at once. */
  flush(): void;
}

export function createWriteBehind<Row>(
  timers: Timers,
  page: Page<Row>,
  onError: (error: unknown) => void,
): WriteBehind<Row> {
  /** Of this turn. */
  let rows: Row[] = [];
  let packed = 0;
  /** The end of the turn is waited for. */
  let immediate = false;
  let timer: Timer | undefined;

  function pack(): void {
    const group = rows;
    rows = [];
    for (const row of group) {
      try {
        page.pack(row);
        packed++;
      } catch (error) {
        onError(error);
      }
    }
  }

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    if (rows.length > 0) pack();
    if (packed === 0) return;
    packed = 0;
    try {
      page.write();
    } catch (error) {
      onError(error);
    }
  }

  function endTurn(): void {
    immediate = false;
    pack();
    if (packed >= FLUSH_ROWS) flush();
  }

  return {
    add(row) {
      rows.push(row);
      if (rows.length >= FLUSH_ROWS) {
        flush();
        return;
      }
      timer ??= timers.after(FLUSH_MS, flush);
      if (immediate) return;
      immediate = true;
      setImmediate(endTurn);
    },
    flush,
  };
}
