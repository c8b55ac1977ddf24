import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";

const SCHEDULES = "test/sim/schedules.test.ts";

export default defineConfig({
  test: {
    // The only pool that works under Bun; the suite runs where the product runs.
    pool: "threads",
    // More threads than cores: the longest files wait for processes and deadlines.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    reporters: ["default", "./test/support/closing-line.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      // It has a process on every core: beside it, all else would wait, and it for all else.
      { extends: true, test: { name: "schedules", include: [SCHEDULES], sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: "tests",
          include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
          exclude: [SCHEDULES],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
