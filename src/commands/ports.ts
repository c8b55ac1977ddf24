/** The outside world as it really is. */
import { randomBytes } from "node:crypto";
import type { Clock, Random, Timers } from "../core/ports.ts";
import { createTimers } from "./timers.ts";

export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const timers: Timers = createTimers();

export const random: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => Math.random(),
};
