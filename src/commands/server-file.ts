/** `server.json` and the admin token in the home: how commands find the running server and show that they may use it. */
import { readFileSync, rmSync } from "node:fs";
import * as v from "valibot";
import type { Random } from "../core/ports.ts";
import { writeForNow } from "../core/store/atomic.ts";
import type { Home } from "../core/store/home.ts";
import type { Processes } from "../core/store/lock.ts";

const TOKEN_BYTES = 24;

const serverSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Tells the process from a later one with the same number, as `Processes` gives it. */
  startedAt: v.string(),
  url: v.pipe(v.string(), v.url()),
  version: v.string(),
});

export type ServerRecord = v.InferOutput<typeof serverSchema>;

export function newAdminToken(random: Random): string {
  return `freellm-admin-${Buffer.from(random.bytes(TOKEN_BYTES)).toString("hex")}`;
}

/** A new admin token, kept in the (prepared) home while this server runs. */
export function createAdminToken(home: Home, random: Random): string {
  const token = newAdminToken(random);
  writeForNow(home.adminToken, `${token}\n`, random);
  return token;
}

/** null when there is none that could be read. */
export function readAdminToken(home: Home): string | null {
  return read(home.adminToken)?.trim() || null;
}

export interface Announcement {
  url: string;
  version: string;
  random: Random;
  processes: Processes;
}

/** Tells commands that this process serves. */
export function announceServer(home: Home, { url, version, random, processes }: Announcement): void {
  const { pid } = processes;
  const record: ServerRecord = { pid, startedAt: processes.birth(pid) ?? "", url, version };
  writeForNow(home.server, `${JSON.stringify(record)}\n`, random);
}

/** Takes the announcement back, unless another server has made its own since. */
export function withdrawServer(home: Home, { pid }: Processes): void {
  if (readRecord(home)?.pid !== pid) return;
  rmSync(home.server, { force: true });
  rmSync(home.adminToken, { force: true });
}

/** The server that announced itself and whose process still lives; null when there is none. */
export function announcedServer(home: Home, processes: Processes): ServerRecord | null {
  const record = readRecord(home);
  return record !== null && processes.birth(record.pid) === record.startedAt ? record : null;
}

function readRecord(home: Home): ServerRecord | null {
  try {
    const parsed = v.safeParse(serverSchema, JSON.parse(read(home.server) ?? "null"));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
