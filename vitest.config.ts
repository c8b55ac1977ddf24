import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    // The only pool that works under Bun; the suite runs where the product runs.
    pool: "threads",
    // Left to itself it takes one thread of two cores, and most tests wait.
    maxWorkers: Math.max(2, availableParallelism()),
    reporters: ["default", "./test/support/closing-line.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
