/** The questions that are asked on a terminal. */
import { beforeAll, describe, expect, it } from "vitest";
import { addCustomKey, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { KEY, onTerminal } from "./terminal.ts";

beforeAll(ensureBinary);

async function listed(home: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await cli(home, ["keys", "list", "--json"]);
  return JSON.parse(stdout).keys;
}

describe("keys add", () => {
  it("asks for provider, key and label, and never shows the key", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add"]);
    await session.see("Provider");
    session.type(KEY.enter);
    await session.see("API key");
    session.type(`gsk_${"a".repeat(47)}1234${KEY.enter}`);
    await session.see("Label");
    session.type(`work${KEY.enter}`);
    await session.see("Added groq-1");
    expect(await session.exited).toBe(0);
    expect(session.shown()).not.toContain("aaaa");
    expect(await listed(folder.path)).toMatchObject([{ id: "groq-1", label: "work", last4: "1234" }]);
  });

  it("asks whether a second key belongs to the same account", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await cli(home, ["keys", "add", "groq", "--account", "mine"], { stdin: `gsk_${"b".repeat(48)}\n` });
    const session = onTerminal(home, ["keys", "add", "groq", "--label", "second"]);
    await session.see("API key");
    session.type(`gsk_${"c".repeat(48)}${KEY.enter}`);
    await session.see("share its limits");
    session.type(KEY.down);
    await session.see("\u276f The account of groq-1");
    session.type(KEY.enter);
    await session.see("Added groq-2");
    expect(await session.exited).toBe(0);
    expect(await listed(home)).toMatchObject([{ account: "mine" }, { account: "mine", label: "second" }]);
  });

  it("asks what it must know about an endpoint of one's own", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add", "custom"]);
    await session.see("Base URL");
    session.type(`http://127.0.0.1:9/v1${KEY.enter}`);
    await session.see("Name");
    session.type(`home${KEY.enter}`);
    await session.see("Model ids");
    session.type(`one, two${KEY.enter}`);
    await session.see("empty for none");
    session.type(KEY.enter);
    await session.see("Label");
    session.type(KEY.enter);
    await session.see("Added home-1 (key none)");
    expect(await session.exited).toBe(0);
    const { stdout } = await cli(folder.path, ["models", "--json"]);
    const ids = JSON.parse(stdout).models.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(["home/one", "home/two"]));
  });

  it("knows an endpoint by its address, and asks for its key and account alone", async () => {
    using folder = temporaryFolder();
    const baseUrl = "http://127.0.0.1:9/v1";
    await addCustomKey(folder.path, { name: "home", baseUrl, key: "sk-made-up-first" });
    const session = onTerminal(folder.path, ["keys", "add", "custom", "--base-url", baseUrl, "--label", "x"]);
    await session.see("empty for none");
    session.type(`sk-made-up-second${KEY.enter}`);
    await session.see("share its limits");
    session.type(KEY.enter);
    await session.see("Added home-2");
    expect(await session.exited).toBe(0);
    expect(session.shown()).not.toContain("Name");
    expect(await listed(folder.path)).toMatchObject([{ account: "home-1" }, { account: "home-2" }]);
  });

  it("refuses a provider that it does not know before asking for a key", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add", "nobody"]);
    await session.see('There is no provider "nobody"');
    expect(await session.exited).toBe(2);
  });

  it("changes nothing when it is interrupted", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add"]);
    await session.see("Provider");
    session.type(KEY.interrupt);
    await session.see("nothing was changed");
    expect(await session.exited).toBe(130);
    expect(await listed(folder.path)).toEqual([]);
  });
});

describe("keys reorder", () => {
  it("moves an entry by hand", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    for (const name of ["one", "two", "three"]) {
      await addCustomKey(home, { name, baseUrl: `http://127.0.0.1:9/${name}`, key: null });
    }
    const session = onTerminal(home, ["keys", "reorder"]);
    await session.see("> 1. one-1");
    session.type(KEY.down);
    await session.see("> 2. two-1");
    session.type(KEY.down);
    await session.see("> 3. three-1");
    session.type(KEY.space);
    await session.see("* 3. three-1");
    // Two keys that arrive as one piece of input are two keys.
    session.type(KEY.up + KEY.up);
    await session.see("* 1. three-1");
    session.type(KEY.enter);
    expect(await session.exited).toBe(0);
    expect((await listed(home)).map(({ id }) => id)).toEqual(["three-1", "one-1", "two-1"]);
  });
});

describe("keys rm", () => {
  it("asks before it forgets", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await addCustomKey(home, { name: "one", baseUrl: "http://127.0.0.1:9/one", key: null });
    const refused = onTerminal(home, ["keys", "rm", "one-1"]);
    await refused.see("Forget one-1?");
    refused.type(`n${KEY.enter}`);
    await refused.see("Nothing was changed");
    expect(await refused.exited).toBe(0);
    const agreed = onTerminal(home, ["keys", "rm", "one-1"]);
    await agreed.see("Forget one-1?");
    agreed.type(`y${KEY.enter}`);
    await agreed.see("Removed one-1");
    expect(await agreed.exited).toBe(0);
    expect(await listed(home)).toEqual([]);
  });
});
