/** Puts past requests into the store of a stopped freellm, as if it had served them over 60 days. `bun bench/fill.ts HOME COUNT`. */
import { Database } from "bun:sqlite";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

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

const insertRequest = database.prepare(`
  INSERT INTO requests (id, at, surface, model, stream, status, outcome, served_provider, served_model, served_key,
    attempts, input_tokens, output_tokens, first_content_ms, duration_ms)
  VALUES (?, ?, 'openai-chat', 'auto', 1, 200, 'ok', ?, 'bench-model', ?, ?, 900, 150, 420.5, 1830.25)`);
const attempts = JSON.stringify([
  {
    provider,
    model: "bench-model",
    keyId: key,
    outcome: "ok",
    status: 200,
    rule: null,
    message: null,
    durationMs: 420.5,
  },
]);
database.transaction(() => {
  for (let index = 0; index < total; index++) {
    const at = Math.floor(now - 60 * DAY + (60 * DAY * index) / total);
    insertRequest.run(`request-of-the-past-${index}`, at, provider, key, attempts);
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
