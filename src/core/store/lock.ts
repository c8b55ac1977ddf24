/**
 * One writer a home. Each contender puts a claim, a file of its own name, into the lock directory and then looks
 * around: whoever sees no other living claim is the owner; all others withdraw and try again. Of two contenders the
 * later one to claim sees the earlier, so there are never two owners; and because no two claims share a name,
 * removing a dead one can never hit a fresh one, which is where reclaiming a single lock file goes wrong.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Random, Timers } from "../ports.ts";
import { StoreError } from "./store-error.ts";

export interface LockOptions {
  /** The lock directory. */
  directory: string;
  /** How long to wait for a living owner to leave, in milliseconds. */
  waitMs: number;
  clock: Clock;
  timers: Timers;
  random: Random;
  processes: Processes;
}

export interface Lock {
  release(): void;
}

/** What the lock must know of processes. */
export interface Processes {
  readonly pid: number;
  /** What tells a process from a later one with the same pid; undefined when it is gone, "" where nothing is known. */
  birth(pid: number): string | undefined;
}

/** Between two looks; uneven, so that contenders that met do not meet again. */
const RETRY_MS = { least: 4, spread: 40 };

/** A claim that stays this long is an owner's; a contender's is withdrawn at once. */
const ESTABLISHED_MS = 100;

/**
 * Resolves with the lock, at once when it is free or its owner is dead. Rejects with StoreError `locked` that names
 * the owner's pid once `waitMs` have passed.
 */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  const { directory, waitMs, clock, timers, random } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const deadline = clock.monotonic() + waitMs;
  let seen = { name: "", since: 0 };
  for (;;) {
    let owner = livingClaim(options, null);
    if (!owner) {
      const claim = writeClaim(options);
      owner = livingClaim(options, claim);
      if (!owner) return { release: () => rmSync(join(directory, claim), { force: true }) };
      rmSync(join(directory, claim), { force: true });
    }
    const now = clock.monotonic();
    if (owner.name !== seen.name) seen = { name: owner.name, since: now };
    if (now >= deadline && now - seen.since >= ESTABLISHED_MS) {
      throw new StoreError(
        "locked",
        `Another freellm, process ${owner.pid}, is using ${directory}.`,
        `Stop process ${owner.pid}, or use another FREELLM_HOME.`,
      );
    }
    const pause = RETRY_MS.least + random.fraction() * RETRY_MS.spread;
    await new Promise<void>((resolve) => timers.after(pause, resolve));
  }
}

interface Claim {
  name: string;
  pid: number;
  birth: string;
}

/** `<pid>.<birth>.<random>.json`. The name alone says who claims: content could be read half written. */
function parseClaim(name: string): Claim | undefined {
  const [pid, birth, unique, extension, ...rest] = name.split(".");
  if (extension !== "json" || rest.length > 0 || birth === undefined || !unique) return undefined;
  const number = Number(pid);
  return Number.isSafeInteger(number) && number > 0 ? { name, pid: number, birth } : undefined;
}

function writeClaim({ directory, processes, random }: LockOptions): string {
  const { pid } = processes;
  const birth = processes.birth(pid) ?? "";
  const name = `${pid}.${birth}.${Buffer.from(random.bytes(8)).toString("hex")}.json`;
  const file = openSync(join(directory, name), "wx", 0o600);
  try {
    writeSync(file, `${JSON.stringify({ pid, startedAt: birth })}\n`);
  } finally {
    closeSync(file);
  }
  return name;
}

/** A claim of a living process, other than `own`. Claims of the dead are removed on the way. */
function livingClaim({ directory, processes }: LockOptions, own: string | null): Claim | undefined {
  let living: Claim | undefined;
  for (const name of readdirSync(directory)) {
    const claim = name === own ? undefined : parseClaim(name);
    if (!claim) continue;
    const birth = processes.birth(claim.pid);
    if (birth === undefined || (birth !== "" && claim.birth !== "" && birth !== claim.birth)) {
      rmSync(join(directory, name), { force: true });
    } else {
      living ??= claim;
    }
  }
  return living;
}

/**
 * The processes of this machine. On Linux the birth is boot and start time (fields 3 and 22 of /proc/PID/stat: a
 * zombie is gone); elsewhere only whether the pid lives is known.
 */
export function systemProcesses(): Processes {
  return { pid: process.pid, birth: birthOf };
}

function birthOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return undefined;
  }
  if (process.platform !== "linux") return "";
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name of the program, in brackets, may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    const startTime = fields[19];
    if (state === "Z" || state === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").slice(0, 8);
    return `${boot}-${startTime}`;
  } catch {
    return "";
  }
}
