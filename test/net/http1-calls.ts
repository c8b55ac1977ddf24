/** The client under test and its servers, new for each test. */
import type net from "node:net";
import { afterEach } from "vitest";
import { createOutbound } from "../../src/core/net/outbound.ts";
import type { Clock, OutboundRequest, OutboundResponse } from "../../src/core/ports.ts";
import { type Peer, type RawServer, rawServer } from "./http1-server.ts";
import { fixedClock, resolverOf } from "./scripted.ts";

/** To be called once by a file of tests. */
export function http1Calls() {
  const cleanups: (() => void)[] = [];
  let outbound = clientWith(fixedClock());

  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
    outbound = clientWith(fixedClock());
  });

  function send(url: string, more: Partial<OutboundRequest> = {}): Promise<OutboundResponse> {
    return outbound.send({ url, method: "GET", headers: {}, signal: new AbortController().signal, ...more });
  }

  return {
    send,
    async text(url: string, more: Partial<OutboundRequest> = {}): Promise<string> {
      return await (await send(url, more)).text(1 << 26);
    },
    /** A client of its own for this test, by this clock. */
    useClock(clock: Pick<Clock, "monotonic">): void {
      outbound = clientWith(clock);
    },
    async serve(
      answer: (peer: Peer) => void,
      onConnection?: (socket: net.Socket) => void,
    ): Promise<RawServer> {
      const server = await rawServer(answer, onConnection);
      cleanups.push(() => server.close());
      return server;
    },
  };
}

function clientWith(clock: Pick<Clock, "monotonic">) {
  return createOutbound({ clock, resolver: resolverOf({}) });
}

/** Looks again and again, for five seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("it did not come true");
    await Bun.sleep(2);
  }
}
