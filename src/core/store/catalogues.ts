/** The signed catalogues that the user imported: the one in force, the one before it, and how new the newest ever was. */
import type { Database } from "../ports.ts";
import type { Durable } from "./durable.ts";
import { readNumber, readText } from "./row.ts";

export interface StoredCatalogue {
  /** When it was issued, epoch milliseconds. */
  issued: number;
  importedAt: number;
  /** The public key that its signature was good for. */
  signer: string;
  /** JSON, as it was signed. */
  document: string;
}

export interface Catalogues {
  /** The one in force; undefined while there is none. */
  current(): StoredCatalogue | undefined;
  /** When the newest was issued that was ever imported, also if that was undone; null before the first. */
  newestIssue(): number | null;
  /** Puts it in force. The one before it is kept, to go back to. */
  add(catalogue: StoredCatalogue): void;
  /** Goes back to the one before, or to none; false when none is in force. */
  undo(): boolean;
}

export function createCatalogues(database: Database, durable: Durable): Catalogues {
  const selectCurrent = database.prepare(`
    SELECT issued, imported_at, signer, document FROM catalogues
    WHERE document IS NOT NULL ORDER BY issued DESC LIMIT 1`);
  const selectNewest = database.prepare("SELECT issued FROM catalogues ORDER BY issued DESC LIMIT 1");
  const upsert = database.prepare(`
    INSERT OR REPLACE INTO catalogues (issued, imported_at, signer, document) VALUES (?, ?, ?, ?)`);
  const prune = database.prepare(`
    DELETE FROM catalogues WHERE issued NOT IN
      (SELECT issued FROM catalogues WHERE document IS NOT NULL ORDER BY issued DESC LIMIT 2)
    AND issued < (SELECT max(issued) FROM catalogues)`);
  const forget = database.prepare("UPDATE catalogues SET document = NULL WHERE issued = ?");

  function current(): StoredCatalogue | undefined {
    const row = selectCurrent.get();
    return (
      row && {
        issued: readNumber(row, "issued"),
        importedAt: readNumber(row, "imported_at"),
        signer: readText(row, "signer"),
        document: readText(row, "document"),
      }
    );
  }

  return {
    current,
    newestIssue() {
      const row = selectNewest.get();
      return row ? readNumber(row, "issued") : null;
    },
    add: ({ issued, importedAt, signer, document }) =>
      durable.change(() => {
        upsert.run(issued, importedAt, signer, document);
        prune.run();
      }),
    undo: () =>
      durable.change(() => {
        const newest = current();
        if (!newest) return false;
        forget.run(newest.issued);
        prune.run();
        return true;
      }),
  };
}
