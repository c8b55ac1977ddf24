/** Rows that are written behind the answers, in batches: a kill loses those of the last quarter of a second. */
import type { Timer, Timers } from "../ports.ts";

const FLUSH_MS = 250;
const FLUSH_ROWS = 200;

export interface WriteBehind<Row> {
  add(row: Row): void;
  /** Writes what is queued at once. */
  flush(): void;
}

/** What `write` throws goes to `onError`, and its rows are given up. */
export function createWriteBehind<Row>(
  timers: Timers,
  write: (rows: readonly Row[]) => void,
  onError: (error: unknown) => void,
): WriteBehind<Row> {
  let queue: Row[] = [];
  let timer: Timer | undefined;

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    if (queue.length === 0) return;
    const rows = queue;
    queue = [];
    try {
      write(rows);
    } catch (error) {
      onError(error);
    }
  }

  return {
    add(row) {
      queue.push(row);
      if (queue.length >= FLUSH_ROWS) flush();
      else timer ??= timers.after(FLUSH_MS, flush);
    },
    flush,
  };
}
