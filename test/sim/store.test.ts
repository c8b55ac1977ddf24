/** Schedules with restarts whose memory is the real store: journal, compaction and restore on both engines. */
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Database, Timers } from "../../src/core/ports.ts";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { checkWorld, randomWorld, type SimLedger } from "../../src/core/sim/index.ts";
import { compactionSteps } from "../../src/core/store/compaction.ts";
import { openBunDatabase } from "../../src/core/store/driver-bun.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { createJournal, type StoreJournal } from "../../src/core/store/journal.ts";
import { createLearnt } from "../../src/core/store/learnt.ts";
import { migrate } from "../../src/core/store/migrations.ts";
import { restoreEvents } from "../../src/core/store/restore.ts";
import { temporaryFolder } from "../support/binary.ts";
import { simParts } from "./parts.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

class StoreLedger implements SimLedger {
  readonly #database: Database;
  readonly #timers: Timers;
  #journal: StoreJournal;

  constructor(database: Database, timers: Timers) {
    this.#database = database;
    this.#timers = timers;
    this.#journal = this.#open();
  }

  #open(): StoreJournal {
    const onError = (error: unknown): never => {
      throw error;
    };
    return createJournal({ database: this.#database, timers: this.#timers, onError, log: null });
  }

  append(event: RouterEvent): void {
    this.#journal.append(event);
  }

  commit(): void {
    this.#journal.flush();
  }

  flush(): void {
    this.#journal.flush();
  }

  /** What the journal holds is lost with it. */
  crash(): void {
    this.#journal = this.#open();
  }

  saveLearnt(learnt: Parameters<SimLedger["saveLearnt"]>[0]): void {
    createLearnt(this.#database).save(learnt);
  }

  restart(now: number): RouterEvent[] {
    const learnt = createLearnt(this.#database).load();
    const known: RouterEvent[] = learnt === null ? [] : [{ type: "learnt-restored", learnt, at: now }];
    const events = restoreEvents(this.#database, now);
    // As the running server does every minute: the next restart reads slots.
    for (const _ of compactionSteps(this.#database, now));
    return [...known, ...events];
  }

  /** Calls are folded into quarters of an hour, and those into quarters of a day. */
  precision(age: number): number {
    if (age < 2 * MINUTE) return 1_000;
    return age < 20 * HOUR ? 15 * MINUTE : 6 * HOUR;
  }
}

const folder = temporaryFolder();
const open: Database[] = [];
let files = 0;
afterAll(async () => {
  // Journals of processes that died still write what is queued.
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const database of open) database.close();
  folder[Symbol.dispose]();
});

it.each([
  ["sql.js", openSqljsDatabase, 10],
  ["bun:sqlite", async () => openBunDatabase(join(folder.path, `${files++}.db`)), 80],
] as const)("lose no count with %s", { timeout: 120_000 }, async (_, openDatabase, wanted) => {
  let checked = 0;
  for (let seed = 1; checked < wanted; seed++) {
    const world = randomWorld(seed);
    if (world.restarts.length === 0) continue;
    checked++;
    // A second run of the same world gets a store of its own.
    const databases = [await openDatabase(), await openDatabase()];
    for (const database of databases) migrate(database);
    open.push(...databases);
    const unused = [...databases];
    const createLedger = (timers: Timers): SimLedger => {
      const database = unused.shift();
      if (database === undefined) throw new Error("more runs than databases");
      return new StoreLedger(database, timers);
    };
    const { violation } = await checkWorld(world, simParts({ createLedger }));
    expect({ seed, violation }).toEqual({ seed, violation: null });
  }
});
