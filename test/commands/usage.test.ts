/** Sums of the past and the latest requests, with and without a server. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BINARY, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { failure } from "../support/steps.ts";

beforeAll(ensureBinary);

let stage: Stage;

async function json(...args: string[]) {
  const { code, stdout, stderr } = await cli(stage.home, [...args, "--json"]);
  if (code !== 0) throw new Error(stderr + stdout);
  return JSON.parse(stdout);
}

async function call(model: string): Promise<void> {
  await stage.client.chat.completions.create({ model, messages: HELLO }).catch(() => {});
}

beforeAll(async () => {
  stage = await openStage();
  await stage.endpoints("good", [null]);
  await stage.endpoints("second", [failure(503), null]);
  await stage.endpoints("broken", [failure(400, "no")]);
  for (let turn = 0; turn < 3; turn++) await call("good");
  await call("second");
  await call("broken");
});
afterAll(() => stage.close());

const names = (rows: { name: string }[]): string[] => rows.map(({ name }) => name);

describe("freellm usage", () => {
  it("counts calls by provider, model and key, and requests in all", async () => {
    const byProvider = await json("usage");
    expect(byProvider).toMatchObject({ schema: 1, since: "24h", by: "provider" });
    expect(byProvider.total).toMatchObject({ requests: 5, failed: 1, inputTokens: 44, outputTokens: 28 });
    expect(byProvider.usages[0]).toEqual({
      ...{ name: "good-1", requests: 3, failed: 0, tokens: 54, inputTokens: 33, outputTokens: 21 },
      ...{ p50Ms: expect.any(Number), p95Ms: expect.any(Number), firstContentMs: expect.any(Number) },
    });
    expect(names(byProvider.usages).sort()).toEqual(["broken-1", "good-1", "second-1", "second-2"]);
    expect(names((await json("usage", "--by", "model")).usages)).toContain("second-2/second");
    expect(names((await json("usage", "--by", "key", "--since", "1h")).usages)).toContain("second-1-1");
  });

  it.each(["24h", "7d", "30d", "90d"])("counts by day since %s", async (since) => {
    const { usages, total } = await json("usage", "--by", "day", "--since", since);
    expect(names(usages).every((name) => /^\d{4}-\d\d-\d\d$/.test(name))).toBe(true);
    expect(usages.reduce((sum: number, day: { tokens: number }) => sum + day.tokens, 0)).toBe(72);
    expect(total.requests).toBe(5);
  });

  it("is a table with bars", async () => {
    const { stdout } = await cli(stage.home, ["usage"]);
    expect(stdout).toMatch(/^PROVIDER +TOKENS +REQUESTS +FAILED +IN +OUT +P50 +FIRST$/m);
    expect(stdout).toMatch(/^good-1 +#{20} +54 +3 +- +33 +21 /m);
    expect(stdout).toMatch(/^second-2 +#{7}\.{13} +18 +1 /m);
    expect(stdout).toMatch(/^all +72 +5 +1 /m);
  });

  it("tells how well prompts were estimated", async () => {
    const { accuracies } = await json("usage", "--accuracy");
    const good = accuracies.find(({ model }: { model: string }) => model === "good-1/good");
    expect(good).toMatchObject({ calls: 3, real: 33 });
    expect(good.errorPercent).toBeCloseTo(Math.abs(good.biasPercent), 1);
    const { stdout } = await cli(stage.home, ["usage", "--accuracy"]);
    expect(stdout).toMatch(/^good-1\/good +3 +33 +[+-]?\d/m);
    const refused = await cli(stage.home, ["usage", "--accuracy", "--by", "day"]);
    expect(refused.code).toBe(2);
  });
});

describe("freellm requests", () => {
  it("lists the latest, the newest last", async () => {
    const { schema, requests } = await json("requests");
    expect(schema).toBe(1);
    expect(requests.map(({ model }: { model: string }) => model)).toEqual([
      ...["good", "good", "good", "second", "broken"],
    ]);
    expect(requests[3]).toMatchObject({
      ...{ id: expect.stringMatching(/^req_/), at: expect.stringMatching(/Z$/), status: 200, outcome: "ok" },
      servedBy: { provider: "second-2", model: "second", keyId: "second-2-1" },
    });
    const some = await json("requests", "--tail", "2");
    expect(some.requests).toEqual(requests.slice(-2));
  });

  it.each<[string[], string[]]>([
    [["--failed"], ["broken"]],
    [["--provider", "second-1"], ["second"]],
    [["--provider", "second-2"], ["second"]],
    [
      ["--model", "good-1/good"],
      ["good", "good", "good"],
    ],
    [
      ["--model", "good", "--tail", "2"],
      ["good", "good"],
    ],
    [["--model", "good", "--failed"], []],
  ])("%j keeps those that fit", async (options, models) => {
    const { requests } = await json("requests", ...options);
    expect(requests.map(({ model }: { model: string }) => model)).toEqual(models);
  });

  it("is a table with what was tried before", async () => {
    const { stdout } = await cli(stage.home, ["requests"]);
    expect(stdout).toMatch(/^TIME +STATUS +MODEL +SERVED BY +TOOK +TOKENS +ID +TRIED$/m);
    expect(stdout).toMatch(/ 200 +second +second-2-1 second .* 11\+7 +req_\w+ +second-1-1: server error/);
    expect(stdout).toMatch(/ broken +- .* broken-1-1: the request was refused/);
    expect((await cli(stage.home, ["requests", "--tail", "0"])).code).toBe(2);
  });

  it("follows: each further request that fits, as it ends", async () => {
    const child = spawn(BINARY, ["requests", "--follow", "--json", "--tail", "1", "--model", "good"], {
      env: { PATH: process.env.PATH ?? "", HOME: stage.home, FREELLM_HOME: stage.home },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    let wake = (): void => {};
    let text = "";
    child.stdout.on("data", (bytes) => {
      text += bytes;
      const all = text.split("\n");
      text = all.pop() ?? "";
      lines.push(...all);
      wake();
    });
    const until = async (count: number): Promise<void> => {
      while (lines.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    await until(1);
    await call("second");
    await call("good");
    await until(2);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    const shown = lines.map((line) => JSON.parse(line));
    expect(shown.map(({ request }) => request.model)).toEqual(["good", "good"]);
    expect(new Set(shown.map(({ request }) => request.id)).size).toBe(2);
    const { requests } = await json("requests", "--tail", "1");
    expect(shown[1].request).toEqual(requests[0]);
  });

  it("cannot follow without a server, but lists", async () => {
    using folder = temporaryFolder();
    expect((await cli(folder.path, ["requests", "--follow"])).code).toBe(3);
    expect((await cli(folder.path, ["requests"])).stdout).toContain("No request has been made yet.");
    expect((await cli(folder.path, ["requests", "--failed"])).stdout).toContain("No request fits.");
    expect((await cli(folder.path, ["usage"])).stdout).toContain("No request in the last 24 hours.");
    expect((await cli(folder.path, ["usage", "--accuracy"])).stdout).toContain("yet");
  });
});

describe("without the server", () => {
  it("all of it is still there", async () => {
    const before = [await json("usage", "--by", "model"), await json("usage", "--accuracy")];
    const requests = await json("requests");
    await stage.freellm.stop();
    const after = [await json("usage", "--by", "model"), await json("usage", "--accuracy")];
    expect(after.map(({ from, to, ...rest }) => rest)).toEqual(before.map(({ from, to, ...rest }) => rest));
    expect(await json("requests")).toEqual(requests);
  });
});
