import { expect, it } from "vitest";
import { ClientLink } from "../../src/core/serve/client-link.ts";
import type { Gateway } from "../../src/core/serve/gateway.ts";
import type { AnswerStream } from "../../src/core/serve/live-answer.ts";
import { streamBody } from "../../src/core/serve/stream.ts";
import { clock, ManualTimers } from "../store/ports.ts";

it("an answer whose connection closed before anybody read it is given up, with its timers", async () => {
  const timers = new ManualTimers();
  const gateway = { clock, timers, limits: { heartbeatMs: 5_000 } } as unknown as Gateway;
  let cancelled = 0;
  const usage = { inputTokens: 0, outputTokens: 0 };
  const answer: AnswerStream = {
    read: () => null,
    cancel: () => void cancelled++,
    usage,
    failure: null,
  };
  const ends: string[] = [];
  const client = new ClientLink();
  const encoder = { push: () => "", end: () => "", fail: () => "", heartbeat: null };
  const start = Promise.resolve({ answer });
  streamBody(gateway, { start, isLate: false, encoder, ended: (end) => ends.push(end) }, client);
  expect(timers.count).toBe(1);
  client.leave();
  await start;
  await Promise.resolve();
  expect(cancelled).toBe(1);
  expect(ends).toEqual(["client_gone"]);
  expect(timers.count).toBe(0);
});
