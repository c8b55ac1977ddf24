/**
 * Rows that are written behind the answers. A row is kept until the end of the turn of the event loop, then packed into a page
 * and let go: what waits for the write are a few texts, not the objects of a request. A kill loses the last quarter of a second.
 */
import type { Timer, Timers } from "../ports.ts";
import type { EndOfTurn } from "./end-of-turn.ts";

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

export interface Behind {
  timers: Timers;
  endOfTurn: EndOfTurn;
  onError: (error: unknown) => void;
}

export function createWriteBehind<Row>(
  { timers, endOfTurn, onError }: Behind,
  page: Page<Row>,
): WriteBehind<Row> {
  /** Of this turn. */
  let rows: Row[] = [];
  let packed = 0;
  /** The end of the turn is waited for. */
  let isAwaited = false;
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
    isAwaited = false;
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
      if (isAwaited) return;
      isAwaited = true;
      endOfTurn(endTurn);
    },
    flush,
  };
}
