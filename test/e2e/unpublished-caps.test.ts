/** Caps that nobody publishes: a refusal is the first that is heard of them, and it rests the account until its window ends. */
import { afterEach, describe, expect, it } from "vitest";
import { cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";
import { clientOf, HELLO } from "../support/stage.ts";
import { reply } from "../support/steps.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Case {
  provider: string;
  model: string;
  status: number;
  body: unknown;
  /** Whether its window ends then, and how long that can be from now. */
  ends: (at: Date) => boolean;
  most: number;
}

const CASES: [string, Case][] = [
  [
    "five hours of Ollama",
    {
      ...{ provider: "ollama", model: "gpt-oss:20b", status: 429, most: 5 * HOUR },
      body: { error: "you (me) have reached your session usage limit, upgrade for higher limits" },
      ends: (at) => at.getTime() % (5 * HOUR) === 0,
    },
  ],
  [
    "a week of Ollama",
    {
      ...{ provider: "ollama", model: "gpt-oss:20b", status: 429, most: 7 * DAY },
      body: { error: "you (me) have reached your weekly usage limit, upgrade for higher limits" },
      ends: (at) => at.getTime() % DAY === 0 && at.getUTCDay() === 1,
    },
  ],
  [
    "the credits of a month of Hugging Face",
    {
      ...{ provider: "huggingface", model: "openai/gpt-oss-120b", status: 402, most: 31 * DAY },
      body: { error: "You have exceeded your monthly included credits for Inference Providers." },
      ends: (at) => at.getTime() % DAY === 0 && at.getUTCDate() === 1,
    },
  ],
  [
    "the pollen of an hour of Pollinations",
    {
      ...{ provider: "pollinations", model: "openai-fast", status: 402, most: HOUR },
      body: { error: { message: "Insufficient pollen balance" } },
      ends: (at) => at.getTime() % HOUR === 0,
    },
  ],
];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("a refusal rests both keys of the account, and no other, until the end of", () => {
  it.each(CASES)("%s", async (_name, { provider, model, status, body, ends, most }) => {
    await ensureBinary();
    const folder = temporaryFolder();
    cleanups.push(() => folder[Symbol.dispose]());
    const home = folder.path;
    const upstreams: Upstream[] = [];
    for (const account of ["mine", "mine", "other"]) {
      const upstream = await startUpstream();
      cleanups.push(() => upstream.stop());
      upstreams.push(upstream);
      const args = ["--account", account, "--base-url", upstream.baseUrl, "--no-test"];
      const stdin = `made-up-key-${upstreams.length}\n`;
      expect((await cli(home, ["keys", "add", provider, ...args], { stdin })).code).toBe(0);
    }
    upstreams[0]?.otherwise(reply(status, body));
    const freellm = await startFreellm({ home, env: { FREELLM_MAX_WAIT_MS: "0" } });
    cleanups.push(() => freellm.stop());
    const before = Date.now();
    const ask = () =>
      clientOf(freellm).chat.completions.create({ model: `${provider}/${model}`, messages: HELLO });
    await ask();
    await ask();
    expect(upstreams.map(({ calls }) => calls.length)).toEqual([1, 0, 2]);
    const { keys } = JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout);
    expect(keys).toMatchObject([{ state: "rate_limited" }, { state: "rate_limited" }, { state: "healthy" }]);
    for (const { until } of keys.slice(0, 2)) {
      const end = new Date(until);
      expect(ends(end), until).toBe(true);
      expect(end.getTime()).toBeGreaterThan(before);
      expect(end.getTime() - before).toBeLessThanOrEqual(most + 60_000);
    }
  });
});
