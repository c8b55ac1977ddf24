/** One call over a real socket, with a clock that the test moves. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { promised } from "../../src/core/chat/later.ts";
import { createOutbound } from "../../src/core/net/outbound.ts";
import type { Situation } from "../../src/core/route/failover.ts";
import { type Reservation, spentOnFailure } from "../../src/core/route/reservation.ts";
import { Call } from "../../src/core/serve/call.ts";
import { ClientLink } from "../../src/core/serve/client-link.ts";
import type { Gateway } from "../../src/core/serve/gateway.ts";
import type { LiveAnswer } from "../../src/core/serve/live-answer.ts";
import { Turn } from "../../src/core/serve/turn/index.ts";
import { providers } from "../../src/providers/index.ts";
import { chunk, DONE, EVENTS, finish } from "../faults/support/frames.ts";
import { chatRequest } from "../providers/support.ts";
import { World } from "../route/world.ts";
import { ManualTimers, clock as systemClock } from "../store/ports.ts";

let handle: RequestListener = () => {};
const server = createServer((incoming, outgoing) => handle(incoming, outgoing));
let baseUrl = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const situation: Situation = {
  hasSpare: () => false,
  badGenerations: 0,
  second: () => null,
  lost: () => {},
};

/** A call of a custom endpoint, and what it is made of. */
function newCall(secretOf: Gateway["secretOf"] = () => "sk-made-up") {
  const timers = new ManualTimers();
  let now = 0;
  const model = { id: "m", contextWindow: 8192, limits: [] };
  const provider = providers.custom({ id: "a", name: "A", baseUrl, models: [model] });
  const world = new World().provider("a", [{ id: "m" }]).key("a-1");
  const target = world.state.catalogue.target("a-1", "a/m");
  if (target === undefined) throw new Error("no target");
  const need = { requests: 1, tokens: 50, inputTokens: 10, units: 0 };
  const reservation: Reservation = { callId: 1, target, need, settle: () => {} };
  const gateway = {
    clock: { now: () => 0, monotonic: () => now },
    timers,
    journal: { committed: () => Promise.resolve() },
    limits: { upstreamTimeoutMs: 600_000, firstContentMs: 60_000, streamStallMs: 60_000 },
    meetings: { replies: { point: () => null } },
    outbound: createOutbound({ clock: systemClock, resolver: { addresses: async () => [] } }),
    providers,
    state: world.state,
    record: () => {},
    proxyOf: () => null,
    secretOf,
    baseUrlOf: () => null,
  } as unknown as Gateway;
  const client = new ClientLink();
  const request = chatRequest({ stream: true });
  const turn = new Turn(request, { holdTools: false, strict: true });
  const call = new Call(gateway, provider, client, turn, reservation);
  return {
    call,
    client,
    request,
    reservation,
    timers,
    wait(milliseconds: number) {
      now += milliseconds;
    },
  };
}

async function readAll(answer: LiveAnswer): Promise<void> {
  while ((await promised((wake) => answer.read(wake))) !== null);
}

describe("a provider that says all at once and does not close", () => {
  it("keeps its connection for a moment, not for as long as an answer may take", async () => {
    let closed = false;
    handle = (_, outgoing) => {
      outgoing.on("close", () => {
        closed = true;
      });
      outgoing.writeHead(200, EVENTS).write(chunk({ content: "Hi" }) + finish("stop") + DONE);
    };
    const { call, request, timers, wait } = newCall();
    const result = await call.run(request, situation, null);
    if (!("answer" in result)) throw new Error(result.failure.message);
    await readAll(result.answer);
    wait(1_001);
    timers.ring();
    await expect.poll(() => closed).toBe(true);
  });
});

describe("a client that leaves", () => {
  it("while images are fetched costs nothing: the provider was not asked", async () => {
    const { call, client, request, reservation } = newCall();
    const asked = Promise.withResolvers<void>();
    const run = call.run(request, situation, (signal) => {
      asked.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    await asked.promise;
    client.leave();
    const result = await run;
    if (!("failure" in result)) throw new Error("answered");
    expect(result.failure.kind).toBe("aborted");
    expect(spentOnFailure(reservation, result.failure)).toMatchObject({ requests: 0, inputTokens: 0 });
  });

  it("once the provider was asked has perhaps used all that was reserved", async () => {
    const { call, client, request, reservation } = newCall();
    handle = () => client.leave();
    const result = await call.run(request, situation, null);
    if (!("failure" in result)) throw new Error("answered");
    expect(result.failure.kind).toBe("aborted");
    expect(spentOnFailure(reservation, result.failure)).toMatchObject({ requests: 1, outputTokens: 40 });
  });
});

it("a key that does not open costs nothing: the provider was not asked", async () => {
  const { call, request, reservation } = newCall(() => {
    throw new Error("sealed");
  });
  const result = await call.run(request, situation, null);
  if (!("failure" in result)) throw new Error("answered");
  expect(result.failure).toMatchObject({ kind: "config", scope: "key" });
  expect(spentOnFailure(reservation, result.failure)).toMatchObject({ requests: 0, inputTokens: 0 });
});
