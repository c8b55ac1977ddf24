/** What is used of each limit, with and without a server, by a provider that states what is left. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCustomKey, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { answer } from "../support/steps.ts";

beforeAll(ensureBinary);

interface Quota {
  provider: string;
  model: string | null;
  key: string | null;
  account: string | null;
  metric: string;
  window: string;
  used: number;
  cap: number;
  left: number;
  resetsAt: string | null;
  ratePerHour: number;
  runsDryAt: string | null;
  confidence: string;
  source: string;
}

async function json(home: string, ...args: string[]) {
  const { code, stdout, stderr } = await cli(home, [...args, "--json"]);
  if (code !== 0) throw new Error(stderr + stdout);
  return JSON.parse(stdout);
}

async function quota(home: string, wanted: Partial<Quota>): Promise<Quota | undefined> {
  const all: Quota[] = (await json(home, "quota")).quotas;
  return all.find((one) => Object.entries(wanted).every(([name, value]) => Reflect.get(one, name) === value));
}

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

describe("freellm quota", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.endpoints("limited", [null], { rpd: 10, tpm: 5_000 });
    await stage.endpoints("free", [null]);
    for (let call = 0; call < 4; call++) {
      await stage.client.chat.completions.create({ model: "limited", messages: HELLO });
    }
  });
  afterAll(() => stage.close());

  it("has the documented fields", async () => {
    const { schema, quotas, free, drains } = await json(stage.home, "quota", "--provider", "limited-1");
    expect(schema).toBe(1);
    expect(quotas).toHaveLength(2);
    expect(quotas.find((one: Quota) => one.window === "day")).toEqual({
      ...{ provider: "limited-1", model: "limited-1/limited", key: "limited-1-1", account: "limited-1-1" },
      ...{ keys: ["limited-1-1"], metric: "requests", window: "day", used: 4, cap: 10, left: 6 },
      ...{ resetsAt: ISO, ratePerHour: expect.any(Number), runsDryAt: ISO, confidence: "low" },
      ...{ source: "user", asOf: null, elsewhere: 0 },
    });
    expect(quotas.find((one: Quota) => one.window === "minute")).toMatchObject({ used: 4 * 18, cap: 5_000 });
    expect(free).toMatchObject({ requests: 6, unlimited: 1, runsDryAt: null, resetsAt: ISO });
    expect(drains).toEqual([]);
  });

  it("is a table of what is used, with all that the user has to know beside", async () => {
    const { stdout, stderr } = await cli(stage.home, ["quota"]);
    expect(stdout).toMatch(/LIMIT +USED +LEFT +RESETS IN +RUNS DRY +SOURCE/);
    expect(stdout).toMatch(/^limited-1-1 {2}limited-1\/limited$/m);
    expect(stdout).toMatch(/requests a day +####\.{6} +4 of 10 +6 +\d.* \? +user$/m);
    expect(stdout).toMatch(/Left of all limits of a day or more: about 6 requests/);
    expect(stdout.split("\n").filter((line) => line.startsWith("  ") && line.length > 100)).toEqual([]);
    expect(stderr).toContain("no limit is known for free-1/free");
  });

  it("finds by provider and model, and refuses a provider that does not exist", async () => {
    const ofModel = await json(stage.home, "quota", "--model", "LIMITED");
    expect(ofModel.quotas).toHaveLength(2);
    expect((await json(stage.home, "quota", "--model", "no-such")).quotas).toEqual([]);
    const refused = await cli(stage.home, ["quota", "--provider", "nobody"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('There is no provider "nobody".');
  });

  it("shows the same when the server is gone", async () => {
    using folder = temporaryFolder();
    const own = await openStage();
    await own.endpoints("kept", [null], { rpd: 10 });
    await own.client.chat.completions.create({ model: "kept", messages: HELLO });
    const before = await quota(own.home, { provider: "kept-1", window: "day" });
    await own.freellm.stop();
    const after = await quota(own.home, { provider: "kept-1", window: "day" });
    expect(before?.used).toBe(1);
    expect(after).toMatchObject({ used: 1, cap: 10, left: 9, source: "user" });
    await own.close();
    expect((await json(folder.path, "quota")).quotas).toEqual([]);
    expect((await cli(folder.path, ["quota"])).stdout).toContain("freellm keys add");
  });
});

describe("two keys that drain together", () => {
  it("are told of with the command that joins them, and are one after it", async () => {
    const stage = await openStage();
    const [endpoint] = await stage.endpoints("shared", [null]);
    if (!endpoint) throw new Error("no endpoint");
    let left = 1_000;
    endpoint.upstream.otherwise((exchange) => {
      left--;
      const headers = {
        "x-ratelimit-limit-requests-day": "1000",
        "x-ratelimit-remaining-requests-day": String(left),
      };
      return answer({ headers })(exchange);
    });
    await addCustomKey(stage.home, {
      ...{
        name: "shared-1",
        baseUrl: endpoint.upstream.baseUrl,
        key: "sk-made-up-second",
        models: ["shared"],
      },
    });
    const call = async (disabled: string, enabled: string) => {
      await cli(stage.home, ["keys", "enable", enabled]);
      await cli(stage.home, ["keys", "disable", disabled]);
      await stage.client.chat.completions.create({ model: "shared", messages: HELLO });
    };
    for (let turn = 0; turn < 4; turn++) {
      await call("shared-1-1", "shared-1-2");
      await call("shared-1-2", "shared-1-1");
    }
    await cli(stage.home, ["keys", "enable", "shared-1-2"]);
    const found = await json(stage.home, "quota");
    expect(found.drains).toEqual([{ provider: "shared-1", keys: ["shared-1-1", "shared-1-2"], until: ISO }]);
    const shown = await cli(stage.home, ["quota"]);
    expect(shown.stderr).toContain("freellm keys edit shared-1-2 --account shared-1-1");
    const daily = found.quotas.filter((one: Quota) => one.window === "day");
    expect(daily.map(({ used }: Quota) => used)).toEqual([8, 8]);
    await cli(stage.home, ["keys", "edit", "shared-1-2", "--account", "shared-1-1"]);
    const joined = await json(stage.home, "quota");
    expect(joined.drains).toEqual([]);
    const one = joined.quotas.filter(({ window }: Quota) => window === "day");
    expect(one).toHaveLength(1);
    expect(one[0]).toMatchObject({ used: 8, key: null, keys: ["shared-1-1", "shared-1-2"] });
    await stage.close();
  });
});
