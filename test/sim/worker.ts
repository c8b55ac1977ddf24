/** Checks the schedules of a range of seeds in a process of its own: `bun worker.ts FIRST COUNT`. Prints the result as JSON. */
import { checkWorld, randomWorld } from "../../src/core/sim/index.ts";
import { simParts } from "./parts.ts";

const first = Number(process.argv[2]);
const count = Number(process.argv[3]);
const parts = simParts();
const totals = { requests: 0, failovers: 0, restarts: 0, saturated: 0 };
const violations: { seed: number; property: string; reason: string }[] = [];
for (let seed = first; seed < first + count && violations.length < 5; seed++) {
  const world = randomWorld(seed);
  const { violation, result } = await checkWorld(world, parts);
  if (violation) violations.push({ seed, property: violation.property, reason: violation.reason });
  totals.requests += result.totals.requests;
  totals.failovers += result.totals.failovers;
  totals.restarts += result.totals.restarts;
  if (world.clients > 0) totals.saturated++;
}
process.stdout.write(JSON.stringify({ totals, violations }));
