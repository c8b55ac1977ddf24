/** Changes to what the user entered: in one transaction, on the disk before it returns, and copied to the snapshot. */
import type { Database } from "../ports.ts";

export interface Durable {
  /**
   * Runs `work` in a transaction that survives a power cut once this returns. Calls inside `work` join it. Throws
   * what `work` or the database throws; nothing is changed then.
   */
  change<T>(work: () => T): T;
}

/**
 * `beforeCommit` is the last step inside the transaction; what it gives goes to `afterCommit` once the change is on
 * the disk. `synchronous` cannot change inside a transaction, hence around it; use and history stay at NORMAL.
 */
export function createDurable<C>(
  database: Database,
  beforeCommit: () => C,
  afterCommit: (content: C) => void,
): Durable {
  let inside = false;
  return {
    change(work) {
      if (inside) return work();
      inside = true;
      try {
        database.execute("PRAGMA synchronous = FULL");
        const [result, content] = database.transaction(() => [work(), beforeCommit()] as const);
        afterCommit(content);
        return result;
      } finally {
        inside = false;
        database.execute("PRAGMA synchronous = NORMAL");
      }
    },
  };
}
