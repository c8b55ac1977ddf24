import { expect, it } from "vitest";
import { openFileStore } from "../../src/core/store/file-store.ts";
import { resolveHome } from "../../src/core/store/home.ts";
import { startChild } from "./child.ts";
import { random, timers } from "./ports.ts";
import { temporaryDirectory } from "./temporary.ts";

it("loses no acknowledged key and no acknowledged call when it is killed, 12 times in a row", async () => {
  const root = temporaryDirectory();
  const home = resolveHome({ environment: { FREELLM_HOME: root }, platform: "linux", userDirectory: "/" });
  let calls = 0;
  const keys = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const child = startChild(new URL("./children/writer.ts", import.meta.url), [root]);
    const firstKey = `groq-${keys.size + 1}`;
    await child.line(`key ${firstKey}`);
    await new Promise((resolve) => setTimeout(resolve, 7 * round));
    await child.kill();
    const complete = child.output().split("\n").slice(0, -1);
    for (const line of complete) {
      const [what, ...ids] = line.split(" ");
      if (what === "calls") calls = Math.max(calls, ...ids.map(Number));
      else if (what === "key") keys.add(ids.join());
      else throw new Error(line);
    }
    const { store, notices } = openFileStore({ home, timers, random, now: Date.now() });
    expect(notices).toEqual([]);
    expect(store.nextCallId).toBeGreaterThan(calls);
    const requests = store
      .restore(Date.now())
      .reduce((total, event) => total + (event.type === "usage-restored" ? event.requests : 0), 0);
    // Numbers are given without gaps, so the count of calls is the last number.
    expect(requests).toBe(store.nextCallId - 1);
    const stored = store.keys.list().map((key) => key.id);
    expect(stored).toEqual(expect.arrayContaining([...keys]));
    for (const id of stored) keys.add(id);
    store.close();
  }
  expect(calls).toBeGreaterThan(100);
}, 60_000);
