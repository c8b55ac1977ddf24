/** Takes the lock: `hold` keeps it until killed; `race` takes it three times and checks that it is alone each time. */
import { mkdirSync, rmdirSync } from "node:fs";
import { acquireLock, systemProcesses } from "../../../src/core/store/lock.ts";
import { clock, random, timers } from "../ports.ts";

const [directory = "", what, critical = ""] = process.argv.slice(2);
const processes = systemProcesses();
const take = () => acquireLock({ directory, waitMs: 50_000, clock, timers, random, processes });

if (what === "hold") {
  await take();
  console.log("held");
  setInterval(() => {}, 1_000);
} else {
  for (let round = 0; round < 3; round++) {
    const lock = await take();
    // Fails when it is there: somebody else is inside.
    mkdirSync(critical);
    await new Promise((resolve) => setTimeout(resolve, 5));
    rmdirSync(critical);
    lock.release();
  }
  console.log("3 rounds alone");
}
