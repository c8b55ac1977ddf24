import { describe, expect, it } from "vitest";
import { createFleet, createSimulatedProvider, listenFleet } from "../../src/providers/simulated/index.ts";
import { chatRequest, profileOf, virtualWorld } from "./world.ts";

async function statuses(seed: number, count: number): Promise<number[]> {
  const world = virtualWorld(0, seed);
  const faults = { rate_limit: 0.2, server_error: 0.2, unavailable: 0.1 };
  const provider = createSimulatedProvider(profileOf({ faults }), world);
  const seen: number[] = [];
  for (let call = 0; call < count; call++) {
    const pending = provider.handle(chatRequest());
    await world.advance(10);
    seen.push((await pending).status);
  }
  return seen;
}

describe("faults", () => {
  it("are the same for the same seed and about as frequent as the profile says", async () => {
    const first = await statuses(7, 400);
    expect(await statuses(7, 400)).toEqual(first);
    expect(await statuses(8, 400)).not.toEqual(first);
    const failed = first.filter((status) => status !== 200).length;
    expect(failed).toBeGreaterThan(150);
    expect(failed).toBeLessThan(250);
  });

  it("open as planned, then give way", async () => {
    const world = virtualWorld();
    const provider = createSimulatedProvider(profileOf({ opening: ["rate_limit", "server_error"] }), world);
    for (const status of [429, 500, 200]) {
      const pending = provider.handle(chatRequest());
      await world.advance(10);
      expect((await pending).status).toBe(status);
    }
  });

  it("stall until the caller leaves", async () => {
    const world = virtualWorld();
    const provider = createSimulatedProvider(profileOf({ opening: ["stall"] }), world);
    const leaving = new AbortController();
    let answered = false;
    const pending = provider.handle(chatRequest({}, undefined, leaving.signal)).then(() => {
      answered = true;
    });
    await world.advance(59_000);
    expect(answered).toBe(false);
    leaving.abort();
    await pending;
    expect(provider.calls[0]?.outcome).toBe("left");
  });
});

describe("the demo fleet", () => {
  const timers = {
    after(milliseconds: number, callback: () => void) {
      const timer = setTimeout(callback, milliseconds);
      return { cancel: () => clearTimeout(timer) };
    },
  };

  it("listens on loopback, is described as custom endpoints, and its first member fails on both keys first", async () => {
    const fleet = createFleet({ clock: { now: () => Date.now() }, timers }, 1);
    const { endpoints, stop } = listenFleet(fleet, (fetch) => {
      const server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch });
      return { url: server.url.origin, stop: () => server.stop(true) };
    });
    try {
      expect(endpoints.map(({ id }) => id)).toEqual([
        "demo-groq",
        "demo-openrouter",
        "demo-mistral",
        "demo-nvidia",
      ]);
      const ask = async (endpoint: (typeof endpoints)[number] | undefined, key: number) => {
        const reply = await fetch(`${endpoint?.baseUrl}/chat/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${endpoint?.keys[key]}` },
          body: JSON.stringify({
            model: endpoint?.models[0]?.id,
            stream: true,
            messages: [{ role: "user", content: "Hi" }],
          }),
        });
        return { status: reply.status, text: await reply.text() };
      };
      const [groq, openrouter] = endpoints;
      expect((await ask(groq, 0)).status).toBe(429);
      expect((await ask(groq, 1)).status).toBe(503);
      const answer = await ask(openrouter, 0);
      expect(answer.status).toBe(200);
      expect(answer.text.trimEnd().endsWith("data: [DONE]")).toBe(true);
    } finally {
      await stop();
    }
  });

  it("tells the limits that it enforces", () => {
    const fleet = createFleet({ clock: { now: () => 0 }, timers }, 1);
    for (const { provider, limits } of fleet.members) {
      expect(provider.profile.keys).toHaveLength(2);
      expect(limits.rpm).toBeLessThanOrEqual(30);
      const caps = provider.profile.limits.map(({ cap }) => cap);
      expect(caps).toEqual([limits.rpm, limits.rpd, limits.tpm, limits.tpd]);
    }
  });
});
