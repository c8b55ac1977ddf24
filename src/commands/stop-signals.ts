/** How a server is told to stop. */
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A terminal sends Ctrl-C to every process of the group, and npm passes it on once more: what comes this soon after the
 * first signal is the same wish.
 */
const ECHO_MS = 300;

export interface StopSignals {
  /** Resolves at the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  /** Signals have their usual effect again. */
  release(): void;
}

/** From the first signal on, a second one calls `stopNow` and ends the process. */
export function watchStopSignals(stopNow: () => void): StopSignals {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let firstAt: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt === null) {
      firstAt = performance.now();
      resolve(signal);
    } else if (performance.now() - firstAt > ECHO_MS) {
      stopNow();
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    asked: promise,
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
