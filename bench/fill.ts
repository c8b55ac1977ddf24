/** Puts past requests into the store of a stopped freellm, as if it had served them over 60 days. `bun bench/fill.ts HOME COUNT`. */
import { Database } from "bun:sqlite";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RequestRecord } from "../src/core/route/event.ts";
import { OpenPage } from "../src/core/store/history-page.ts";

const DAY = 86_400_000;
const QUARTER_HOUR = 900_000;
const HOUR = 3_600_000;
const QUARTER_DAY = 6 * HOUR;

const [, , home = "", count = "1000000"] = process.argv;
const total = Number(count);
const now = Date.now();

function databaseIn(folder: string): string {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (statSync(path).isFile() && readFileSync(path).toString("latin1", 0, 15) === "SQLite format 3")
      return path;
  }
  throw new Error(`no database in ${folder}`);
}

const database = new Database(databaseIn(home), { readwrite: true, strict: true });
database.run("PRAGMA synchronous = OFF");
const row = database.query("SELECT id, provider FROM keys LIMIT 1").get() as {
  id: string;
  provider: string;
} | null;
const key = row?.id ?? "bench-1";
const provider = row?.provider ?? "bench";

const PAGE = 500;
const insertPage = database.prepare(`
  INSERT INTO request_pages (number, count, last_at, first_id, last_id, records)
  SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM request_pages`);
const target = { provider, model: "bench-model", keyId: key };
const answered = { outcome: "ok", status: 200, rule: null, message: null, durationMs: 420.5 } as const;
const past: Omit<RequestRecord, "id" | "at"> = {
  ...{ surface: "openai-chat", model: "auto", stream: true, status: 200, outcome: "ok" },
  ...{ servedBy: target, attempts: [{ ...target, ...answered }] },
  ...{ inputTokens: 900, outputTokens: 150, firstContentMs: 420.5, durationMs: 1830.25 },
};
const recordOf = (index: number): RequestRecord => ({
  ...past,
  id: `request-of-the-past-${index.toString(16).padStart(8, "0")}`,
  at: Math.floor(now - 60 * DAY + (60 * DAY * index) / total),
});
database.transaction(() => {
  for (let first = 0; first < total; first += PAGE) {
    const page = new OpenPage(recordOf(first));
    for (let index = first; index < Math.min(total, first + PAGE); index++) page.add(recordOf(index));
    insertPage.run(page.count, page.lastAt, page.firstId, page.lastId, page.text);
  }
  database.run("UPDATE totals SET requests = ?, input_tokens = ?, output_tokens = ?", [
    total,
    total * 900,
    total * 150,
  ]);
})();

// The counters that a restart must restore, folded as the program folds them: quarters of an hour for 26 hours, quarters of a day before.
const insertSlot = database.prepare("INSERT OR IGNORE INTO usage_slots VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
database.transaction(() => {
  const model = `${provider}/bench-model`;
  const isFine = (start: number) => start - (start % QUARTER_DAY) + QUARTER_DAY > now - 26 * HOUR;
  for (let start = now - (now % QUARTER_DAY) - 32 * DAY; start < now - QUARTER_HOUR; ) {
    const span = isFine(start) ? QUARTER_HOUR : QUARTER_DAY;
    const requests = Math.round((total * span) / (60 * DAY));
    insertSlot.run(start, key, model, span, start + span - 1, requests, requests * 900, requests * 150);
    start += span;
  }
})();
database.close();
