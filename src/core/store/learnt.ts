/** What routing has learnt, kept over a restart as one document: it is small, and only worth something as a whole. */
import type { Database } from "../ports.ts";
import type { Learnt } from "../route/event.ts";
import { readText } from "./row.ts";

export interface LearntMemory {
  save(learnt: Learnt): void;
  /** null where nothing was saved, or by a program that wrote it otherwise: it is learnt again. */
  load(): Learnt | null;
}

/** Raised with each change of what a `Learnt` is made of. */
const FORMAT = 2;

export function createLearnt(database: Database): LearntMemory {
  const upsert = database.prepare("INSERT OR REPLACE INTO learnt (id, format, document) VALUES (1, ?, ?)");
  const select = database.prepare("SELECT document FROM learnt WHERE id = 1 AND format = ?");
  let last = "";
  return {
    save(learnt) {
      const document = JSON.stringify(learnt);
      if (document === last) return;
      database.transaction(() => upsert.run(FORMAT, document));
      last = document;
    },
    load() {
      const row = select.get(FORMAT);
      if (!row) return null;
      last = readText(row, "document");
      return JSON.parse(last) as Learnt;
    },
  };
}
