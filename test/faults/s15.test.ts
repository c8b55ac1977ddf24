/** S15: 503 for a while under steady traffic. Here for 14 s; the whole minute stands in `defaults.test.ts`. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { outage } from "./support/outage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it("all is served elsewhere meanwhile, and the first is back soon after it recovered", async () => {
  const report = await outage(stage, "outage", 14_000);
  expect(report.lost).toBe(0);
  expect(report.backAfterMs).toBeLessThan(15_000);
  // Three calls open the breaker; then one at a time looks whether it is back: after 5 s and after 10 s more.
  expect(report.callsDuringOutage).toBeLessThanOrEqual(4);
}, 40_000);
