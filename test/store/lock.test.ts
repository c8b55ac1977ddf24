import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireLock, type Processes, systemProcesses } from "../../src/core/store/lock.ts";
import { startChild } from "./child.ts";
import { clock, random, timers } from "./ports.ts";
import { temporaryDirectory } from "./temporary.ts";

function lock(directory: string, waitMs: number, processes: Processes = systemProcesses()) {
  return acquireLock({ directory, waitMs, clock, timers, random, processes });
}

describe("the lock of the one writer", () => {
  it("is private, says who holds it, and is gone after release", async () => {
    const directory = join(temporaryDirectory(), "lock");
    const held = await lock(directory, 0);
    const [name = ""] = readdirSync(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect(name.startsWith(`${process.pid}.`)).toBe(true);
    await expect(lock(directory, 0)).rejects.toThrow(`process ${process.pid}`);
    held.release();
    expect(readdirSync(directory)).toEqual([]);
    (await lock(directory, 0)).release();
  });

  it("waits for its owner to leave", async () => {
    const directory = join(temporaryDirectory(), "lock");
    const held = await lock(directory, 0);
    let released = false;
    timers.after(150, () => {
      released = true;
      held.release();
    });
    const next = await lock(directory, 10_000);
    expect(released).toBe(true);
    next.release();
  });

  it("is taken over from a process that was killed, within a second", async () => {
    const directory = join(temporaryDirectory(), "lock");
    const child = startChild(new URL("./children/lock.ts", import.meta.url), [directory, "hold"]);
    await child.line("held");
    await expect(lock(directory, 0)).rejects.toThrow(`process ${child.pid}`);
    await child.kill();
    const start = performance.now();
    const held = await lock(directory, 0);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(readdirSync(directory)).toHaveLength(1);
    held.release();
  });

  it("is not fooled by a living process that got the pid of a dead one", async () => {
    const directory = join(temporaryDirectory(), "lock");
    (await lock(directory, 0)).release();
    writeFileSync(join(directory, `${process.pid}.00000000-1.abcd.json`), "");
    (await lock(directory, 0)).release();
    // Where births are unknown the pid alone decides.
    writeFileSync(join(directory, `${process.pid}..abcd.json`), "");
    await expect(lock(directory, 0, { pid: 1, birth: () => "" })).rejects.toThrow(`process ${process.pid}`);
  });

  it("has one owner at a time when 20 processes race for it, with a dead claim in the way", async () => {
    const home = temporaryDirectory();
    const directory = join(home, "lock");
    (await lock(directory, 0)).release();
    writeFileSync(join(directory, "999999.00000000-1.abcd.json"), "");
    const children = Array.from({ length: 20 }, () =>
      startChild(new URL("./children/lock.ts", import.meta.url), [directory, "race", join(home, "critical")]),
    );
    const ends = await Promise.all(children.map((child) => child.end()));
    expect(ends.map((end) => end.output.trim())).toEqual(Array(20).fill("3 rounds alone"));
    expect(readdirSync(directory)).toEqual([]);
  }, 60_000);
});
