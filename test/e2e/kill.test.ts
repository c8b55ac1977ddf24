/** kill -9 under load loses no key and forgets no use. `npm run test:chaos` does it fifty times. */
import { beforeAll, expect, it } from "vitest";
import { ensureBinary, temporaryFolder } from "../support/binary.ts";
import { CLIENTS, chaos } from "../support/chaos.ts";

beforeAll(ensureBinary);

it("five kills under load: keys and use are remembered, and it starts again", async () => {
  using folder = temporaryFolder();
  const report = await chaos(folder.path, 5, Math.random);
  const { cap, left, acknowledged, interrupted, keysAdded, keysFound, kills } = report;
  expect(left).toBeLessThanOrEqual(cap);
  // A call that was promised and killed before it left counts as used: at most one for each client and kill.
  expect(left).toBeGreaterThanOrEqual(cap - kills * CLIENTS);
  expect(interrupted).toBeGreaterThan(0);
  expect(acknowledged).toBeLessThanOrEqual(left);
  expect(keysAdded).toHaveLength(kills);
  for (const name of keysAdded) expect(keysFound.join(" ")).toContain(name);
});
