/** The properties of the router over random schedules: 100,000 of them, or as many as SIM_SCHEDULES says. */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SCHEDULES = Number(process.env.SIM_SCHEDULES ?? 100_000);
const PROCESSES = Math.max(2, availableParallelism());

interface Report {
  totals: { requests: number; failovers: number; restarts: number; saturated: number };
  violations: { seed: number; property: string; reason: string }[];
}

async function check(first: number, count: number): Promise<Report> {
  const worker = join(import.meta.dirname, "worker.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [worker, String(first), String(count)]);
  return JSON.parse(stdout);
}

it("hold in every schedule, whatever happens in it", { timeout: 4 * 3_600_000 }, async () => {
  const share = Math.ceil(SCHEDULES / PROCESSES);
  const reports = await Promise.all(
    Array.from({ length: PROCESSES }, (_, number) => check(1 + number * share, share)),
  );
  expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
  const sum = (of: keyof Report["totals"]): number =>
    reports.reduce((total, { totals }) => total + totals[of], 0);
  // What was checked did happen.
  expect(sum("requests")).toBeGreaterThan(15 * SCHEDULES);
  expect(sum("failovers")).toBeGreaterThan(SCHEDULES);
  expect(sum("restarts")).toBeGreaterThan(SCHEDULES / 5);
  expect(sum("saturated")).toBeGreaterThan(SCHEDULES / 15);
});
