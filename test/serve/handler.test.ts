/** The bound on requests that are served at once holds however they arrive. */
import { expect, it } from "vitest";
import type { AdminOptions } from "../../src/core/serve/admin.ts";
import type { Gateway } from "../../src/core/serve/gateway.ts";
import type { Guard } from "../../src/core/serve/guard.ts";
import { createHandler } from "../../src/core/serve/handler.ts";
import { Rendezvous } from "../../src/core/serve/rendezvous.ts";
import { Waiters } from "../../src/core/serve/waiters.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";
import { World } from "../route/world.ts";
import { clock, ManualTimers } from "../store/ports.ts";

const MOST = 2_048;

it("a burst that arrives within one turn is not let in beyond it", async () => {
  const timers = new ManualTimers();
  const { state } = new World().provider("a", [{ id: "m" }]).key("a-1");
  const log: unknown[] = [];
  const gateway = {
    ...{ clock, timers, state, waiters: new Waiters(clock, timers) },
    limits: { maxBodyBytes: 1_000, maxWaitMs: 0, rescue: true, headerHoldMs: 1_000, maxAttempts: 1 },
    meetings: { arrivals: new Rendezvous() },
    log: { error: (...told: unknown[]) => log.push(told) },
    // No call ever leaves.
    journal: { committed: () => new Promise(() => {}) },
    record: () => {},
    nextCallId: () => 1,
    newRequestId: () => "req_1",
    digest: (text: string) => text,
    providerOf: () => ({ images: "url" }),
  } as unknown as Gateway;
  const handler = createHandler({
    ...{ gateway, openaiChat, admin: {} as AdminOptions },
    guard: { check: () => null } as unknown as Guard,
    connection: { keepOpen: () => {}, peer: () => null },
    draining: () => false,
  });
  const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hello" }] });
  const headers = { "content-type": "application/json" };
  const statuses: number[] = [];
  for (let number = 0; number < MOST + 10; number++) {
    const url = "http://127.0.0.1/v1/chat/completions";
    const response = handler(new Request(url, { method: "POST", body, headers }));
    Promise.resolve(response).then(({ status }) => statuses.push(status));
  }
  await expect.poll(() => statuses.length).toBe(10);
  expect(new Set(statuses)).toEqual(new Set([503]));
  expect(log).toEqual([]);
});
