import { describe, expect, test } from "vitest";
import { createTimers } from "../../src/commands/timers.ts";

describe("timers", () => {
  test("each is called once, those of one duration in the order in which they began", async () => {
    const timers = createTimers();
    const called: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const name of ["a", "b", "c"]) timers.after(5, () => called.push(name));
    timers.after(40, resolve);
    timers.after(1, () => called.push("first"));
    await promise;
    expect(called).toEqual(["first", "a", "b", "c"]);
  });

  test("never before its time, also behind one that was cancelled", async () => {
    const timers = createTimers();
    const { promise, resolve } = Promise.withResolvers<number>();
    const early = timers.after(30, () => {});
    await new Promise((done) => setTimeout(done, 10));
    const begun = performance.now();
    timers.after(30, () => resolve(performance.now() - begun));
    early.cancel();
    expect(await promise).toBeGreaterThanOrEqual(30);
  });

  test("one that is cancelled is not called, whichever of its list it is", async () => {
    const timers = createTimers();
    const called: number[] = [];
    const listed = [0, 1, 2, 3, 4].map((number) => timers.after(5, () => called.push(number)));
    for (const number of [0, 2, 4, 2]) listed[number]?.cancel();
    const { promise, resolve } = Promise.withResolvers<void>();
    timers.after(30, resolve);
    await promise;
    expect(called).toEqual([1, 3]);
  });

  test("one may cancel the next that is due with it, and begin another", async () => {
    const timers = createTimers();
    const called: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    timers.after(5, () => {
      called.push("first");
      second.cancel();
      timers.after(5, resolve);
    });
    const second = timers.after(5, () => called.push("second"));
    await promise;
    expect(called).toEqual(["first"]);
  });

  test("one that is begun anew while its list ends does not hold up those behind it", async () => {
    const timers = createTimers();
    const called: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    timers.after(300, () => {
      timers.after(300, resolve);
      timers.after(200, () => called.push("other list"));
    });
    const begun = performance.now();
    while (performance.now() < begun + 5);
    timers.after(300, () => called.push("behind"));
    await promise;
    expect(called).toEqual(["behind", "other list"]);
  });

  test("a cancelled timer keeps no program from ending", async () => {
    const code = `
      import { createTimers } from ${JSON.stringify(`${import.meta.dirname}/../../src/commands/timers.ts`)};
      const timers = createTimers();
      timers.after(600_000, () => {}).cancel();
      timers.after(1, () => {});
    `;
    const child = Bun.spawn([process.execPath, "-e", code], { stdout: "ignore", stderr: "inherit" });
    expect(await child.exited).toBe(0);
  });

  test("one that throws is told, and takes no other along", async () => {
    const code = `
      import { createTimers } from ${JSON.stringify(`${import.meta.dirname}/../../src/commands/timers.ts`)};
      const timers = createTimers();
      process.on("uncaughtException", (error) => console.log("told", error.message));
      timers.after(1, () => { throw new Error("broken"); });
      timers.after(1, () => console.log("called"));
    `;
    const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
    expect((await new Response(child.stdout).text()).trim().split("\n").sort()).toEqual([
      "called",
      "told broken",
    ]);
  });
});
