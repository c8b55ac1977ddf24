/** Listing, switching, ordering and pinning models, with and without a server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ListingServer, model, shown, startListing } from "../catalogue/support.ts";
import {
  addCustomKey,
  cli,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "../support/binary.ts";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { failure } from "../support/steps.ts";
import { KEY, onTerminal } from "./terminal.ts";

beforeAll(ensureBinary);

const ANYWHERE = "http://127.0.0.1:9";

async function homeWith(home: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    await addCustomKey(home, { name, baseUrl: `${ANYWHERE}/${name}/v1`, key: null, models: ["m", "n"] });
  }
}

const ids = (models: readonly { id: string }[]): string[] => models.map(({ id }) => id);

it("a model of an own endpoint is of the same family as everywhere, whatever it is called there", async () => {
  using folder = temporaryFolder();
  const home = folder.path;
  const models = ["gpt-oss:120b", "Qwen/Qwen3-32B-FP8", "assistant"];
  await addCustomKey(home, { name: "box", baseUrl: `${ANYWHERE}/box/v1`, key: null, models });
  await cli(home, ["keys", "add", "groq", "--no-test"], { stdin: `gsk_${"m".repeat(52)}\n` });
  const own = await shown(home, "--provider", "box");
  expect(own.map(({ id, family }) => [id, family])).toEqual([
    ["box/gpt-oss:120b", "gpt-oss-120b"],
    ["box/Qwen/Qwen3-32B-FP8", "qwen3-32b"],
    ["box/assistant", "assistant"],
  ]);
  const family = await shown(home, "--family", "gpt-oss-120b");
  expect(ids(family)).toContain("box/gpt-oss:120b");
  expect(family.length).toBeGreaterThan(1);
  const plan = async (name: string) => {
    const { stdout } = await cli(home, ["explain", "--model", name, "--full", "--json"]);
    return JSON.parse(stdout).plans[0].verdicts.map(({ model: id }: { model: string }) => id);
  };
  expect(await plan("gpt-oss-120b")).toEqual(["box/gpt-oss:120b", "groq/openai/gpt-oss-120b"]);
  // Its own name is that of this one, and of who calls it the same.
  expect(await plan("box/gpt-oss:120b")).toEqual(["box/gpt-oss:120b"]);
});

describe("models list", () => {
  const folder = temporaryFolder();
  const home = folder.path;
  beforeAll(async () => {
    await homeWith(home, "one");
    await cli(home, ["keys", "add", "groq", "--no-test"], { stdin: `gsk_${"m".repeat(52)}\n` });
  });
  afterAll(() => folder[Symbol.dispose]());

  it("has the documented fields", async () => {
    const found = await model(home, "one/m");
    expect(Object.keys(found ?? {})).toEqual([
      ...["id", "provider", "model", "family", "name", "status", "origin", "enabled", "override", "free"],
      ...["available", "whyNot", "availableAt", "context", "maxOutput", "capabilities", "intelligence"],
      ...["speed", "dataUse", "mayCost", "limits", "source", "asOf", "order", "pinned", "scores"],
    ]);
    expect(found).toMatchObject({ status: "active", origin: "user", enabled: true, override: null });
    const [built] = (await shown(home, "--provider", "groq")).filter(({ limits }) => limits.length > 0);
    expect(built?.limits[0]).toMatchObject({
      asOf: expect.stringMatching(/^20\d\d-/),
      source: expect.any(String),
    });
    expect(["no_training", "may_train", "unknown"]).toContain(built?.dataUse);
  });

  it("shows families that unify one model over providers", async () => {
    const family = await shown(home, "--family", "gpt-oss-120b");
    expect(new Set(family.map(({ provider }) => provider)).size).toBeGreaterThan(2);
    expect(new Set(family.map((entry) => entry.family))).toEqual(new Set(["gpt-oss-120b"]));
  });

  it.each<[string[], (entry: Awaited<ReturnType<typeof shown>>[number]) => boolean]>([
    [["--provider", "one"], ({ provider }) => provider === "one"],
    [["--free"], ({ free }) => free],
    [["--enabled"], ({ enabled }) => enabled],
    [["--available"], ({ available }) => available],
    [["--tools"], ({ capabilities }) => capabilities.tools === true],
    [["--vision"], ({ capabilities }) => capabilities.vision === true],
    [["--json-schema"], ({ capabilities }) => capabilities.jsonSchema === true],
    [["--reasoning"], ({ capabilities }) => capabilities.reasoning === true],
    [["--status", "retired"], ({ status }) => status === "retired"],
    [["--data-use", "may_train"], (entry) => entry.dataUse === "may_train"],
    [["--search", "GPT-OSS"], ({ id, family }) => `${id} ${family}`.toLowerCase().includes("gpt-oss")],
  ])("%j keeps those that fit, and no others", async (options, fits) => {
    const all = await shown(home);
    const some = await shown(home, ...options);
    expect(ids(some)).toEqual(ids(all.filter(fits)));
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
  });

  it("fits into 80 columns, ids whole", async () => {
    const { stdout } = await cli(home, ["models", "list", "--available", "--all"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ID\s+CTX\s+CAN\s+IQ\s+TRAINS\s+STATE$/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (const { id } of await shown(home, "--available")) {
      expect(lines.some((line) => line === id || line.startsWith(`${id} `))).toBe(true);
    }
  });

  it("shows what there are keys for, and says how much more there is", async () => {
    const { stdout, stderr } = await cli(home, ["models"]);
    expect(stdout).toMatch(/^one\/m .*ready$/m);
    expect(stdout).not.toMatch(/^openrouter\//m);
    expect(stderr).toMatch(/\d+ more have no key or are not in use: freellm models list --all/);
    expect((await cli(home, ["models", "--search", "no-such-thing"])).stdout).toContain("No model fits.");
  });

  it("refuses a status that does not exist", async () => {
    const { code, stderr } = await cli(home, ["models", "list", "--status", "new"]);
    expect(code).toBe(2);
    expect(stderr).toContain("active");
  });
});

describe("models enable, disable and reset", () => {
  it("take ids, patterns, providers and families, and last", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await homeWith(home, "one", "two");
    const enabled = async () =>
      ids((await shown(home)).filter((entry) => entry.enabled && entry.origin === "user"));
    await cli(home, ["models", "disable", "one/*"]);
    expect(await enabled()).toEqual(["two/m", "two/n"]);
    await cli(home, ["models", "enable", "one/m"]);
    await cli(home, ["models", "disable", "two"]);
    expect(await enabled()).toEqual(["one/m"]);
    expect(await model(home, "two/m")).toMatchObject({ override: false, whyNot: "disabled by you" });
    const reset = await cli(home, ["models", "reset", "m", "n", "--json"]);
    expect(ids(JSON.parse(reset.stdout).models)).toEqual(["one/m", "two/m", "one/n", "two/n"]);
    expect(await enabled()).toEqual(["one/m", "one/n", "two/m", "two/n"]);
  });

  it("are all or none: one word that means nothing changes nothing", async () => {
    using folder = temporaryFolder();
    await homeWith(folder.path, "one");
    const { code, stderr } = await cli(folder.path, ["models", "disable", "one/m", "nobody/*"]);
    expect(code).toBe(1);
    expect(stderr).toContain('No model fits "nobody/*"');
    expect((await model(folder.path, "one/m"))?.enabled).toBe(true);
  });

  it("ask before calls may cost money; scripts say --yes", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const costly = (await shown(home)).find((entry) => entry.mayCost && entry.status !== "retired");
    if (!costly) throw new Error("no model may cost money");
    const refused = await cli(home, ["models", "enable", costly.id]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`Calls may cost money: ${costly.id}.`);
    expect(refused.stderr).toContain("--yes");
    expect((await model(home, costly.id))?.enabled).toBe(false);
    const terminal = onTerminal(home, ["models", "enable", costly.id]);
    await terminal.see("Use them all the same?");
    terminal.type(`n${KEY.enter}`);
    await terminal.see("Nothing was changed");
    expect(await terminal.exited).toBe(0);
    expect((await model(home, costly.id))?.enabled).toBe(false);
    expect((await cli(home, ["models", "enable", costly.id, "--yes"])).code).toBe(0);
    expect(await model(home, costly.id)).toMatchObject({ enabled: true, override: true });
  });

  it("keep what was chosen about a model that is gone", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await homeWith(home, "one");
    await cli(home, ["models", "disable", "one/m"]);
    await cli(home, ["keys", "rm", "one-1", "--yes"]);
    expect(await model(home, "one/m")).toMatchObject({ status: "unknown", override: false, order: 0 });
    expect((await cli(home, ["models", "list", "--all"])).stdout).toMatch(/^one\/m .*no longer known$/m);
    await homeWith(home, "one");
    expect(await model(home, "one/m")).toMatchObject({ status: "active", enabled: false });
    await cli(home, ["models", "reset", "one/m"]);
    expect((await model(home, "one/m"))?.enabled).toBe(true);
  });
});

describe("models reorder and pin", () => {
  it("set the order; what is pinned goes first until it is unpinned", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await homeWith(home, "one", "two");
    const order = async () => ids((await shown(home)).filter(({ origin }) => origin === "user"));
    await cli(home, ["models", "reorder", "two/n", "two/*"]);
    expect(await order()).toEqual(["two/n", "two/m", "one/m", "one/n"]);
    await cli(home, ["models", "reorder", "one/n"]);
    expect(await order()).toEqual(["one/n", "two/n", "two/m", "one/m"]);
    const pinned = await cli(home, ["models", "pin", "two/m"]);
    expect(pinned.stdout).toBe("two/m is pinned.\n");
    await cli(home, ["models", "reorder", "one/m"]);
    expect(await order()).toEqual(["two/m", "one/m", "one/n", "two/n"]);
    expect(await model(home, "two/m")).toMatchObject({ pinned: true, order: 1 });
    expect((await cli(home, ["models", "list"])).stdout).toMatch(/^two\/m .*\^ ready$/m);
    expect((await cli(home, ["models", "unpin", "two/m"])).stdout).toBe("No model is pinned.\n");
    expect((await order())[0]).toBe("one/m");
    expect((await cli(home, ["models", "pin", "nobody/x"])).code).toBe(1);
  });

  it("move models by hand on a terminal", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await homeWith(home, "one");
    const session = onTerminal(home, ["models", "reorder"]);
    await session.see("> 1. one/m");
    session.type(KEY.down);
    await session.see("> 2. one/n");
    session.type(KEY.space);
    await session.see("* 2. one/n");
    session.type(KEY.up);
    await session.see("* 1. one/n");
    session.type(KEY.enter);
    expect(await session.exited).toBe(0);
    expect(ids(await shown(home, "--provider", "one"))).toEqual(["one/n", "one/m"]);
    const script = await cli(home, ["models", "reorder"]);
    expect(script.code).toBe(2);
    expect(script.stderr).toContain("no terminal");
  });
});

describe("with a running server", () => {
  const folder = temporaryFolder();
  const home = folder.path;
  const upstreams: ListingServer[] = [];
  let freellm: Freellm;
  beforeAll(async () => {
    freellm = await startFreellm({ home });
    for (const name of ["one", "two"]) {
      const upstream = await startListing();
      upstreams.push(upstream);
      await addCustomKey(home, { name, baseUrl: upstream.baseUrl, key: null, models: [`${name}-m`] });
    }
  });
  afterAll(async () => {
    await freellm.stop();
    await Promise.all(upstreams.map((upstream) => upstream.stop()));
    folder[Symbol.dispose]();
  });

  async function servedBy(): Promise<string> {
    const response = await fetch(`${freellm.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${freellm.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hello" }] }),
    });
    return response.ok ? (response.headers.get("x-routed-via") ?? "") : String(response.status);
  }

  it("acts at once, and the same after a restart", async () => {
    expect(await servedBy()).toContain("one-m");
    await cli(home, ["models", "pin", "two/two-m"]);
    expect(await servedBy()).toContain("two-m");
    await freellm.kill9();
    freellm = await startFreellm({ home });
    expect(await servedBy()).toContain("two-m");
    await cli(home, ["models", "unpin", "two"]);
    expect(await servedBy()).toContain("one-m");
    await cli(home, ["models", "reorder", "two/two-m"]);
    expect(await servedBy()).toContain("two-m");
    await cli(home, ["models", "disable", "two/*"]);
    expect(await servedBy()).toContain("one-m");
    await freellm.kill9();
    freellm = await startFreellm({ home });
    expect(await servedBy()).toContain("one-m");
    await cli(home, ["models", "reset", "two"]);
    expect(await servedBy()).toContain("two-m");
  });

  it("GET /v1/models tells what is done with the data", async () => {
    const response = await fetch(`${freellm.baseUrl}/models`, {
      headers: { authorization: `Bearer ${freellm.token}` },
    });
    const { data } = (await response.json()) as { data: { id: string; data_use: string }[] };
    expect(data.find(({ id }) => id === "one/one-m")).toMatchObject({ data_use: "no_training" });
  });
});

describe("an explicit family", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it("fails over inside the family, and never out of it", async () => {
    const others = await stage.endpoints("outsider", [null]);
    const family = await stage.endpoints("kin", [failure(503), failure(503), null]);
    const { data, response } = await stage.client.chat.completions
      .create({ model: "kin", messages: HELLO })
      .withResponse();
    expect(data.choices[0]?.message.content).toBeTruthy();
    expect(response.headers.get("x-routed-via")).toContain("kin-3");
    await cli(stage.home, ["models", "disable", "kin-3/kin"]);
    await expect(
      stage.client.chat.completions.create({ model: "kin", messages: HELLO }),
    ).rejects.toMatchObject({
      status: expect.toSatisfy((status: number) => status >= 429),
    });
    expect(others[0]?.upstream.calls).toEqual([]);
    expect(family[2]?.upstream.calls).toHaveLength(1);
  });
});
