/** What another tool uses of the same account is known here, too: over real sockets, with the compiled program. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/provider.ts";
import {
  createSimulatedProvider,
  type SimulatedProvider,
  seededRandom,
} from "../../src/providers/simulated/index.ts";
import { clock, timers } from "../store/ports.ts";
import { cli, ensureBinary, type Freellm, startFreellm, temporaryFolder } from "../support/binary.ts";
import { clientOf, HELLO } from "../support/stage.ts";

const MODEL = "google/gemma-4-31b-it:free";
const SECRET = `sk-or-v1-${"0".repeat(64)}`;

beforeAll(ensureBinary);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Stand {
  home: string;
  freellm: Freellm;
  provider: SimulatedProvider;
  /** Another tool with the same key. */
  elsewhere(calls: number): Promise<void>;
  ask(): Promise<unknown>;
  quota(): Promise<{ used: number; cap: number; left: number; source: string; elsewhere: number }>;
}

/** OpenRouter with so many free calls a day. `answer` takes the place of its own reply about use. */
async function openStand(cap: number, answer?: () => Response): Promise<Stand> {
  const day: LimitSpec = {
    ...{ scope: "account", pool: ":free", metric: "requests", window: "day", cap },
    ...{ reset: { zone: "UTC" }, source: "documented" },
  };
  const provider = createSimulatedProvider(
    {
      ...{ id: "openrouter", name: "OpenRouter", style: "openrouter" },
      models: [{ id: MODEL, contextWindow: 131_072 }],
      keys: [{ secret: SECRET, account: "one" }],
      ...{ limits: [day], failedCallsCount: true, faults: {}, opening: [] },
      ...{ firstTokenMs: 0, tokenMs: 0, stallMs: 1_000 },
    },
    { clock, timers, random: seededRandom(1) },
  );
  const server = Bun.serve({
    ...{ hostname: "127.0.0.1", port: 0, idleTimeout: 0 },
    fetch: (request) =>
      answer !== undefined && new URL(request.url).pathname.endsWith("/key")
        ? answer()
        : provider.handle(request),
  });
  cleanups.push(() => server.stop(true));
  const url = `http://127.0.0.1:${server.port}/api/v1`;
  const folder = temporaryFolder();
  cleanups.push(() => folder[Symbol.dispose]());
  const home = folder.path;
  const args = ["keys", "add", "openrouter", "--base-url", url, "--no-test"];
  expect((await cli(home, args, { stdin: `${SECRET}\n` })).code).toBe(0);
  // It looks once a second, so that nobody has to wait for it.
  const env = { FREELLM_MAX_WAIT_MS: "0", FREELLM_PROBE_INTERVAL_MS: "4000" };
  const freellm = await startFreellm({ home, env });
  cleanups.push(() => freellm.stop());
  const client = clientOf(freellm);
  return {
    ...{ home, freellm, provider },
    async elsewhere(calls) {
      for (let call = 0; call < calls; call++) {
        const reply = await fetch(`${url}/chat/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${SECRET}`, "content-type": "application/json" },
          body: JSON.stringify({ model: MODEL, messages: HELLO }),
        });
        expect(reply.status).toBe(200);
        await reply.text();
      }
    },
    ask: () => client.chat.completions.create({ model: `openrouter/${MODEL}`, messages: HELLO }),
    async quota() {
      const { stdout } = await cli(home, ["quota", "--json"]);
      const { quotas } = JSON.parse(stdout);
      return quotas.find((quota: { window: string; model: string }) => quota.window === "day");
    },
  };
}

/** Asks about use now, as `keys test` does. */
async function test(home: string): Promise<void> {
  expect((await cli(home, ["keys", "test", "openrouter-1"])).code).toBe(0);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** How many calls go out until the router refuses one. */
async function drain({ ask }: Stand): Promise<number> {
  for (let calls = 0; ; calls++) {
    const error = await ask().then(
      () => null,
      (caught: unknown) => caught,
    );
    if (error === null) continue;
    expect(error).toMatchObject({ status: 429 });
    return calls;
  }
}

function refusals({ provider }: Stand): number {
  return provider.calls.filter(({ outcome }) => outcome === "capped").length;
}

describe("an account that others use, too", () => {
  it("gives here what they leave, and not one call is refused by the provider", async () => {
    const stand = await openStand(12);
    await stand.elsewhere(5);
    await stand.ask();
    // Unasked, as soon as it is in use.
    await until(async () => (await stand.quota()).source === "usage_endpoint");
    expect(await stand.quota()).toMatchObject({ cap: 12, used: 6, left: 6, elsewhere: 5 });
    expect(await drain(stand)).toBe(6);
    expect(refusals(stand)).toBe(0);
    const told = await cli(stand.home, ["explain", "--last"]);
    expect(told.stdout.replace(/\s+/g, " ")).toContain("by its usage endpoint, 5 used elsewhere");
    const again = await cli(stand.home, ["explain", "--last", "--replay", "--json"]);
    expect(JSON.parse(again.stdout).explanations[0].replay).toMatchObject({ agrees: true, problem: null });
    const shown = await cli(stand.home, ["quota", "--provider", "openrouter"]);
    expect(shown.stdout).toContain("usage endpoint");
    expect(shown.stdout).toContain("(5 elsewhere)");
  });

  it("is asked now and then, and not with every request", async () => {
    const stand = await openStand(40);
    for (let call = 0; call < 8; call++) await stand.ask();
    await until(async () => stand.provider.usageCalls > 0);
    for (let call = 0; call < 8; call++) await stand.ask();
    expect(stand.provider.usageCalls).toBe(1);
  });

  it("may do more once credits were bought, and what was learnt survives a restart", async () => {
    const stand = await openStand(70);
    await test(stand.home);
    expect(await stand.quota()).toMatchObject({ cap: 70, source: "usage_endpoint" });
    await stand.elsewhere(60);
    await test(stand.home);
    await stand.freellm.stop();
    const env = { FREELLM_MAX_WAIT_MS: "0", FREELLM_PROBE_INTERVAL_MS: "0" };
    const again = await startFreellm({ home: stand.home, env });
    cleanups.push(() => again.stop());
    expect(await stand.quota()).toMatchObject({ cap: 70, left: 10, elsewhere: 60, source: "usage_endpoint" });
    const client = clientOf(again);
    const ask = () => client.chat.completions.create({ model: `openrouter/${MODEL}`, messages: HELLO });
    expect(await drain({ ...stand, ask })).toBe(10);
    expect(refusals(stand)).toBe(0);
  });
});

it.each([
  ["HTML", () => new Response("<html>Just a moment...</html>", { headers: { "content-type": "text/html" } })],
  ["nothing", () => new Response("")],
  ["an error", () => Response.json({ error: { message: "broken", code: 500 } }, { status: 500 })],
  [
    "numbers that are none",
    () => Response.json({ data: { free_model_daily_requests: { limit: "9", used: -4, remaining: null } } }),
  ],
])("%s about use changes nothing", async (_name, answer) => {
  let asked = 0;
  const stand = await openStand(50, () => {
    asked++;
    return answer();
  });
  await stand.ask();
  await until(async () => asked > 0);
  await stand.ask();
  expect(await stand.quota()).toMatchObject({ cap: 50, used: 2, source: "documented", elsewhere: 0 });
  const keys = JSON.parse((await cli(stand.home, ["keys", "list", "--json"])).stdout).keys;
  expect(keys).toMatchObject([{ state: "healthy" }]);
});
