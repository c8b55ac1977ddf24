/** `models refresh`: what a provider lists is shown, taken over, kept, and costs nothing unasked. */
import { cpSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ListingServer, model, shown, startListing } from "../catalogue/support.ts";
import { addCustomKey, cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";
import { KEY, onTerminal } from "./terminal.ts";

const SECRET = `sk-or-v1-${"0a".repeat(32)}`;
const FREE = { pricing: { prompt: "0", completion: "0" } };
const PAID = { pricing: { prompt: "0.000001", completion: "0.000002" } };

/** A home with a key, made once. */
const furnished = temporaryFolder();
let folder: ReturnType<typeof temporaryFolder>;
let home: string;
let provider: ListingServer;
/** A free model of the built-in data, which the list has, and another one, which it has not. */
let kept: string;
let lost: string;

beforeAll(async () => {
  await ensureBinary();
  provider = await startListing();
  const args = ["keys", "add", "openrouter", "--base-url", provider.baseUrl, "--no-test"];
  const added = await cli(furnished.path, args, { stdin: `${SECRET}\n` });
  expect(added.code).toBe(0);
  const free = (await shown(furnished.path, "--provider", "openrouter")).filter((entry) => entry.enabled);
  [kept = "", lost = ""] = free.map(({ id }) => id.slice("openrouter/".length));
});
afterAll(async () => {
  await provider.stop();
  furnished[Symbol.dispose]();
});
beforeEach(() => {
  folder = temporaryFolder();
  home = folder.path;
  cpSync(furnished.path, home, { recursive: true });
  provider.asked.length = 0;
  provider.called.length = 0;
  provider.lists([
    { id: kept, context_length: 4_321, ...FREE },
    { id: "vendor/new-free", context_length: 65_536, ...FREE },
    { id: "vendor/new-paid", ...PAID },
    { id: "vendor/new-silent" },
  ]);
});
afterEach(() => folder[Symbol.dispose]());

const refresh = (...args: string[]) => cli(home, ["models", "refresh", ...args]);
const state = async (id: string) => await model(home, `openrouter/${id}`);

describe("models refresh", () => {
  it("only shows with --dry-run, and asks with the key", async () => {
    const { code, stdout } = await refresh("--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("openrouter: 4 models listed");
    expect(stdout).toMatch(/^ {2}\+ openrouter\/vendor\/new-free {2}.*used$/m);
    expect(stdout).toMatch(/^ {2}\+ 2 more that are not used/m);
    expect(stdout).toContain(`  - openrouter/${lost}  gone\n`);
    expect(stdout).toMatch(new RegExp(`^  ~ openrouter/${kept} {2}context: \\d+ -> 4321$`, "m"));
    expect(stdout).toContain("Nothing was changed.");
    expect(provider.asked).toEqual([`Bearer ${SECRET}`]);
    expect((await state(lost))?.enabled).toBe(true);
    expect(await state("vendor/new-free")).toBeUndefined();
  });

  it("takes over: what is proven free is used, the rest waits, what is gone is not", async () => {
    const { code, stdout } = await refresh("openrouter", "--yes", "--json");
    expect(code).toBe(0);
    const [result] = JSON.parse(stdout).refreshes;
    expect(result).toMatchObject({ provider: "openrouter", key: "openrouter-1", listed: 4, applied: true });
    expect(result.changes).toContainEqual({
      model: `openrouter/${lost}`,
      kind: "gone",
      facts: [],
      enabled: false,
    });
    expect(await state("vendor/new-free")).toMatchObject({
      ...{ origin: "discovered", status: "active", enabled: true, available: true, context: 65_536 },
    });
    expect(await state("vendor/new-paid")).toMatchObject({ status: "gated", enabled: false, mayCost: true });
    expect(await state("vendor/new-silent")).toMatchObject({ status: "unverified", enabled: false });
    expect(await state(kept)).toMatchObject({ context: 4_321, enabled: true });
    expect(await state(lost)).toMatchObject({ status: "retired", enabled: false, order: 0 });
    expect((await state(lost))?.whyNot).toMatch(/^not in the provider's list of 20\d\d-\d\d-\d\d$/);
    expect((await refresh("--yes")).stdout).toContain("4 models listed, no changes");
  });

  it("counts a new free model in the pool that the others share", async () => {
    await refresh("--yes");
    const pools = (entry: Awaited<ReturnType<typeof state>>) =>
      entry?.limits.map(({ pool, cap }) => [pool, cap]);
    expect(pools(await state("vendor/new-free"))).toEqual(pools(await state(kept)));
    expect(pools(await state("vendor/new-paid"))).toEqual([]);
  });

  it("stops what was free and has a price now; what the user enables by name is used", async () => {
    provider.lists([{ id: kept, ...PAID }, { id: lost }]);
    await refresh("--yes");
    expect(await state(kept)).toMatchObject({ status: "gated", enabled: false });
    expect((await cli(home, ["models", "enable", `openrouter/${kept}`])).code).toBe(1);
    expect((await cli(home, ["models", "enable", `openrouter/${kept}`, "--yes"])).code).toBe(0);
    await refresh("--yes");
    expect(await state(kept)).toMatchObject({ status: "gated", enabled: true, override: true });
  });

  it("leaves what the user enabled by name, also where the list has it no longer", async () => {
    await cli(home, ["models", "enable", `openrouter/${lost}`]);
    const { stdout } = await refresh("--yes");
    expect(stdout).toContain(`- openrouter/${lost}  gone; used all the same, because you enabled it`);
    expect(await state(lost)).toMatchObject({ enabled: true, available: true });
  });

  it("ends nothing by a page of a list", async () => {
    provider.lists([{ id: kept, ...FREE }], { has_more: true });
    await refresh("--yes");
    expect(await state(lost)).toMatchObject({ status: "active", enabled: true });
  });

  it("believes no list that has none of the models that are known", async () => {
    provider.lists([{ id: "6f1c0a52-0d1e-4b41-9a53-1f2d8c0e7b11" }, { id: "another" }]);
    const { code, stderr } = await refresh("--yes");
    expect(code).toBe(1);
    expect(stderr).toContain("has none of the models that are known");
    expect((await state(lost))?.enabled).toBe(true);
  });

  it("says why a provider could not be asked, and changes nothing", async () => {
    provider.fails(401);
    const { code, stderr } = await refresh("--yes");
    expect(code).toBe(1);
    expect(stderr).toContain("openrouter could not be asked: it answered with HTTP 401");
    provider.lists([]);
    expect((await refresh("--yes")).stderr).toContain("holds no list");
    expect((await state(lost))?.enabled).toBe(true);
    expect(stderr).not.toContain(SECRET);
  });

  it("wants to know what to do where nobody can be asked", async () => {
    const { code, stderr } = await refresh();
    expect(code).toBe(2);
    expect(stderr).toContain("--dry-run");
    expect(provider.asked).toEqual([]);
  });

  it("asks on a terminal before it changes anything", async () => {
    const refused = onTerminal(home, ["models", "refresh"]);
    await refused.see("Apply these changes?");
    refused.type(`n${KEY.enter}`);
    await refused.see("Nothing was changed.");
    expect(await refused.exited).toBe(0);
    expect((await state(lost))?.enabled).toBe(true);
    const agreed = onTerminal(home, ["models", "refresh"]);
    await agreed.see("Apply these changes?");
    agreed.type(KEY.enter);
    await agreed.see("Applied.");
    expect(await agreed.exited).toBe(0);
    expect((await state(lost))?.enabled).toBe(false);
  });

  it("needs a key, and a provider that exists", async () => {
    expect((await refresh("groq", "--yes")).stderr).toContain("freellm keys add groq");
    expect((await refresh("nobody", "--yes")).code).toBe(2);
    using empty = temporaryFolder();
    expect((await cli(empty.path, ["models", "refresh", "--yes"])).stderr).toContain("no key to ask with");
  });

  it("never takes a model of an endpoint of the user's own, but adds what it lists", async () => {
    await addCustomKey(home, { name: "lan", baseUrl: provider.baseUrl, key: null, models: ["mine"] });
    provider.lists([{ id: "fresh" }]);
    await refresh("lan", "--yes");
    expect(await model(home, "lan/mine")).toMatchObject({ enabled: true, available: true });
    expect(await model(home, "lan/fresh")).toMatchObject({ enabled: true, available: true, origin: "user" });
    // A second key of the same endpoint does not forget it.
    await addCustomKey(home, { name: "lan", baseUrl: provider.baseUrl, key: "sk-made-up", models: ["mine"] });
    expect(await model(home, "lan/fresh")).toMatchObject({ enabled: true });
  });
});

describe("with a running server", () => {
  it("acts at once, and the same after a restart", async () => {
    let freellm = await startFreellm({ home });
    const ask = async (name: string): Promise<number> => {
      const response = await fetch(`${freellm.baseUrl}/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${freellm.token}`, "content-type": "application/json" },
        body: JSON.stringify({ model: name, messages: [{ role: "user", content: "hello" }] }),
      });
      await response.text();
      return response.status;
    };
    try {
      expect(await ask("openrouter/vendor/new-free")).toBe(404);
      expect((await refresh("--yes")).code).toBe(0);
      expect(await ask("openrouter/vendor/new-free")).toBe(200);
      expect(await ask("openrouter/vendor/new-paid")).toBe(404);
      expect(await ask(`openrouter/${lost}`)).toBe(404);
      await cli(home, ["models", "enable", "openrouter/vendor/new-paid", "--yes"]);
      expect(await ask("openrouter/vendor/new-paid")).toBe(200);
      await cli(home, ["models", "reset", "openrouter/vendor/new-paid"]);
      expect(await ask("openrouter/vendor/new-paid")).toBe(404);
      await freellm.kill9();
      freellm = await startFreellm({ home });
      expect(await ask("openrouter/vendor/new-free")).toBe(200);
      expect(await ask(`openrouter/${lost}`)).toBe(404);
      expect(provider.called).toEqual(["vendor/new-free", "vendor/new-paid", "vendor/new-free"]);
    } finally {
      await freellm.stop();
    }
  });
});
