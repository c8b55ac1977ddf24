/** `freellm sim`, in the compiled program: a day to look at, and the check of random schedules. */
import { beforeAll, describe, expect, it } from "vitest";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

describe("freellm sim", () => {
  it("shows the fleet, what was served, and how full each cap was", async () => {
    using folder = temporaryFolder();
    const first = await cli(folder.path, ["sim"]);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("America/Los_Angeles");
    expect(first.stdout).toMatch(/429s\s+0 caused by freellm/);
    expect(first.stdout).toContain("100.0 %");
    expect(await cli(folder.path, ["sim", "--seed", "1"])).toEqual(first);
    expect((await cli(folder.path, ["sim", "--seed", "2"])).stdout).not.toBe(first.stdout);
  });

  it("prints JSON", async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await cli(folder.path, ["sim", "--days", "2", "--json"]);
    expect(code).toBe(0);
    const { schema, simulations } = JSON.parse(stdout);
    expect(schema).toBe(1);
    expect(simulations[0]).toMatchObject({ seed: 1, end: "2026-11-04T00:00:00.000Z", totals: { capped: 0 } });
    expect(simulations[0].caps.length).toBeGreaterThan(5);
  });

  it("checks schedules, and refuses what makes no sense", async () => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, ["sim", "--schedules", "50"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^50 schedules from seed 1: \d+ requests/);
    expect((await cli(folder.path, ["sim", "--schedules", "0"])).code).toBe(2);
    expect((await cli(folder.path, ["sim", "--days", "1000"])).code).toBe(2);
  });
});
