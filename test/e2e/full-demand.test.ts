/** 256 clients at full demand for every cap, against upstreams that enforce them: nothing over a cap, next to nothing left. */
import { describe, expect, it } from "vitest";
import {
  addCustomKey,
  type CustomKey,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "../support/binary.ts";
import { answer, type Step, tooMany, USAGE } from "../support/steps.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const CLIENTS = 256;
const MODEL = "demand";

interface Strict {
  upstream: Upstream;
  limits: NonNullable<CustomKey["limits"]>;
  /** Refused for a cap: a mistake of the caller. */
  refused: number;
  served: number;
  mostAtOnce: number;
}

/** Keeps its caps to the call; the windows are longer than the test. */
async function startStrict(limits: Strict["limits"], delayMs: number): Promise<Strict> {
  let inFlight = 0;
  const step: Step = async (exchange) => {
    const overRequests = strict.served >= Math.min(limits.rpm ?? Infinity, limits.rpd ?? Infinity);
    const overTokens =
      (strict.served + 1) * USAGE.total_tokens > Math.min(limits.tpm ?? Infinity, limits.tpd ?? Infinity);
    if (overRequests || overTokens || inFlight >= (limits.concurrency ?? Infinity)) {
      strict.refused++;
      return tooMany()(exchange);
    }
    strict.served++;
    strict.mostAtOnce = Math.max(strict.mostAtOnce, ++inFlight);
    await answer({ delayMs })(exchange);
    inFlight--;
  };
  const upstream = await startUpstream({ models: [MODEL], otherwise: step });
  const strict: Strict = { upstream, limits, refused: 0, served: 0, mostAtOnce: 0 };
  return strict;
}

async function addTo(home: string, fleet: readonly Strict[]): Promise<void> {
  for (const [index, { upstream, limits }] of fleet.entries()) {
    const name = `demand-${index + 1}`;
    await addCustomKey(home, {
      name,
      baseUrl: upstream.baseUrl,
      key: `sk-made-up-${name}`,
      models: [MODEL],
      limits,
    });
  }
}

/** All clients ask without a pause until each was told that nothing is left, or the server is gone. */
async function demand(freellm: Freellm, stream: boolean, clients = CLIENTS): Promise<number> {
  let served = 0;
  const ask = async (): Promise<boolean> => {
    const reply = await fetch(`${freellm.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${freellm.token}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: MODEL,
        stream,
        max_tokens: 16,
        messages: [{ role: "user", content: "Hello" }],
      }),
    });
    await reply.text();
    if (reply.status === 200) served++;
    else if (reply.status !== 429) throw new Error(`unexpected status ${reply.status}`);
    return reply.status === 200;
  };
  const client = async (): Promise<void> => {
    try {
      while (await ask());
    } catch (error) {
      // Killed under the call.
      if (error instanceof Error && error.message.startsWith("unexpected")) throw error;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return served;
}

const ENVIRONMENT = { FREELLM_MAX_WAIT_MS: "3000" };

async function withFleet(
  specs: readonly [Strict["limits"], number][],
  work: (home: string, fleet: Strict[]) => Promise<void>,
): Promise<void> {
  await ensureBinary();
  using folder = temporaryFolder();
  const fleet = await Promise.all(specs.map(([limits, delayMs]) => startStrict(limits, delayMs)));
  try {
    await addTo(folder.path, fleet);
    await work(folder.path, fleet);
  } finally {
    await Promise.all(fleet.map(({ upstream }) => upstream.stop()));
  }
}

describe("256 clients at full demand", () => {
  it("use every cap to at least 97 %, and get no refusal for a cap", { timeout: 60_000 }, async () => {
    const specs: [Strict["limits"], number][] = [
      [{ rpd: 400 }, 5],
      [{ rpd: 250, concurrency: 3 }, 3],
      [{ tpd: 7_200 }, 10],
      [{ rpd: 333, tpd: 100_000, concurrency: 40 }, 20],
    ];
    await withFleet(specs, async (home, fleet) => {
      const freellm = await startFreellm({ home, env: ENVIRONMENT });
      const served = await demand(freellm, true);
      await freellm.stop();
      expect(fleet.map(({ refused }) => refused)).toEqual([0, 0, 0, 0]);
      expect(fleet[0]?.served).toBe(400);
      expect(fleet[1]).toMatchObject({ served: 250, mostAtOnce: 3 });
      expect((fleet[2]?.served ?? 0) * USAGE.total_tokens).toBeGreaterThanOrEqual(7_200 * 0.97);
      expect(fleet[3]?.served).toBe(333);
      expect(served).toBe(fleet.reduce((sum, strict) => sum + strict.served, 0));
    });
  });

  it("do so also when freellm is killed in the middle", { timeout: 60_000 }, async () => {
    const specs: [Strict["limits"], number][] = [
      // Calls that were reserved and had not left when freellm died count as used: at most as many as go at once.
      [{ rpd: 1_500, concurrency: 40 }, 5],
      [{ rpd: 1_400, concurrency: 40 }, 10],
    ];
    await withFleet(specs, async (home, fleet) => {
      const first = await startFreellm({ home, env: ENVIRONMENT });
      const interrupted = demand(first, false);
      while (fleet.reduce((sum, strict) => sum + strict.served, 0) < 1_000) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await first.kill9();
      await interrupted;
      const again = await startFreellm({ home, env: ENVIRONMENT });
      await demand(again, false);
      await again.stop();
      for (const strict of fleet) {
        expect(strict.refused).toBe(0);
        expect(strict.served).toBeLessThanOrEqual(strict.limits.rpd ?? 0);
        expect(strict.served).toBeGreaterThanOrEqual((strict.limits.rpd ?? 0) * 0.97);
      }
    });
  });
});

it("a limit that changes at the provider is kept from the first answer that states it", {
  timeout: 30_000,
}, async () => {
  await ensureBinary();
  using folder = temporaryFolder();
  let served = 0;
  let refused = 0;
  const cap = () => (served < 10 ? 1_000 : 15);
  const step: Step = (exchange) => {
    if (served >= cap()) {
      refused++;
      return tooMany()(exchange);
    }
    served++;
    const stated = { "x-ratelimit-limit-requests-day": String(cap()) };
    return answer({ headers: { ...stated, "x-ratelimit-remaining-requests-day": String(cap() - served) } })(
      exchange,
    );
  };
  const upstream = await startUpstream({ models: [MODEL], otherwise: step });
  try {
    const key = { name: "changed", baseUrl: upstream.baseUrl, key: "sk-made-up-changed", models: [MODEL] };
    await addCustomKey(folder.path, { ...key, limits: { rpd: 1_000 } });
    const freellm = await startFreellm({ home: folder.path, env: { FREELLM_MAX_WAIT_MS: "0" } });
    await demand(freellm, false, 1);
    await freellm.stop();
    expect([served, refused]).toEqual([15, 0]);
  } finally {
    await upstream.stop();
  }
});
