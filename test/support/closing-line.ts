/** Ends the output of a test run with one plain line: `N passed, N failed`. */
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0;
    // An error outside of every test, and a file that could not be loaded, count like a failed test.
    let failed = unhandled.length;
    for (const testModule of modules) {
      const states = [...testModule.children.allTests()].map((test) => test.result().state);
      const failures = states.filter((state) => state === "failed").length;
      passed += states.filter((state) => state === "passed").length;
      failed += failures === 0 && !testModule.ok() ? 1 : failures;
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
