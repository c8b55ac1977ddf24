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
 * `beforeCommit` runs as the last step inside the transaction, `afterCommit` once it is on the disk.
 * `synchronous` cannot change inside a transaction, hence around it; use and history stay at NORMAL.
 */
export function createDurable(
  database: Database,
  beforeCommit: () => void,
  afterCommit: () => void,
): Durable {
  let inside = false;
  return {
    change(work) {
      if (inside) return work();
      inside = true;
      try {
        database.execute("PRAGMA synchronous = FULL");
        const result = database.transaction(() => {
          const value = work();
          beforeCommit();
          return value;
        });
        afterCommit();
        return result;
      } finally {
        inside = false;
        database.execute("PRAGMA synchronous = NORMAL");
      }
    },
  };
}
