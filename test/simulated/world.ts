/** A world that stands still until it is told to move on. */
import { seededRandom } from "../../src/providers/simulated/index.ts";
import type { SimulatedProfile, SimulatedWorld } from "../../src/providers/simulated/profile.ts";

export interface VirtualWorld extends SimulatedWorld {
  /** Moves the clock, running every timer that falls due, in order. */
  advance(milliseconds: number): Promise<void>;
}

export function virtualWorld(start = Date.UTC(2026, 10, 24, 12), seed = 1): VirtualWorld {
  let now = start;
  const waiting = new Set<{ at: number; callback: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    clock: { now: () => now },
    random: seededRandom(seed),
    timers: {
      after(milliseconds, callback) {
        const timer = { at: now + milliseconds, callback };
        waiting.add(timer);
        return { cancel: () => waiting.delete(timer) };
      },
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        await settle();
        const due = [...waiting].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        waiting.delete(due);
        now = due.at;
        due.callback();
      }
      now = end;
      await settle();
    },
  };
}

export const SECRET = "simulated-key-one-made-up";
export const SIBLING = "simulated-key-two-made-up";

export function profileOf(changes: Partial<SimulatedProfile> = {}): SimulatedProfile {
  return {
    id: "demo",
    name: "Demo Provider",
    style: "groq",
    models: [{ id: "demo-model", contextWindow: 8_192 }],
    keys: [
      { secret: SECRET, account: "one" },
      { secret: SIBLING, account: "one" },
    ],
    limits: [],
    failedCallsCount: true,
    faults: {},
    opening: [],
    firstTokenMs: 10,
    tokenMs: 1,
    stallMs: 60_000,
    ...changes,
  };
}

export function chatRequest(
  body: Record<string, unknown> = {},
  secret = SECRET,
  signal?: AbortSignal,
): Request {
  return new Request("http://127.0.0.1:1/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "demo-model", messages: [{ role: "user", content: "Hi there" }], ...body }),
    ...(signal === undefined ? {} : { signal }),
  });
}
