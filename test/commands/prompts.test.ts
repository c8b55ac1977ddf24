/** The questions that are asked on a terminal. */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { addCustomKey, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { startKeyHost } from "./key-host.ts";
import { KEY, onTerminal } from "./terminal.ts";

beforeAll(ensureBinary);

async function listed(home: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await cli(home, ["keys", "list", "--json"]);
  return JSON.parse(stdout).keys;
}

describe("keys add", () => {
  it("knows a pasted key by its shape, asks for a label, and never shows the key", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add", "--no-test"]);
    await session.see("API key (empty: choose the provider first)");
    session.type(`gsk_${"a".repeat(47)}1234${KEY.enter}`);
    await session.see("Label");
    session.type(`work${KEY.enter}`);
    await session.see("Added groq-1");
    expect(await session.exited).toBe(0);
    expect(session.shown()).not.toContain("aaaa");
    expect(await listed(folder.path)).toMatchObject([{ id: "groq-1", label: "work", last4: "1234" }]);
  });

  it("asks for the provider first when no key is pasted", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add", "--no-test", "--label", "x"]);
    await session.see("choose the provider first");
    session.type(KEY.enter);
    await session.see("Provider");
    session.type("mistral");
    await session.see("\u276f Mistral");
    session.type(KEY.enter);
    await session.see("API key");
    session.type(`MISTRAL_API_KEY=${"m".repeat(28)}5678${KEY.enter}`);
    await session.see("Added mistral-1");
    expect(await session.exited).toBe(0);
    expect(await listed(folder.path)).toMatchObject([{ provider: "mistral", last4: "5678" }]);
  });

  it("offers the likely providers where the shape fits several", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add", "--no-test", "--label", "x"]);
    await session.see("choose the provider first");
    session.type(`${"m".repeat(28)}5678${KEY.enter}`);
    await session.see("Its shape fits these");
    await session.see("\u276f Mistral");
    session.type(KEY.enter);
    await session.see("Added mistral-1");
    expect(await session.exited).toBe(0);
    expect(session.shown()).not.toContain("mmmm");
  });

  it("asks for account id and token of Cloudflare, one after the other", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add", "cloudflare", "--no-test", "--label", "x"]);
    await session.see("API token");
    session.type(`cfut_${"t".repeat(44)}2222${KEY.enter}`);
    await session.see("Account id of Cloudflare");
    session.type(`0123${KEY.enter}`);
    await session.see("It has 32 hexadecimal digits");
    session.type(`${"456789ab".repeat(3)}cdef${KEY.enter}`);
    await session.see("Added cloudflare-1");
    expect(await session.exited).toBe(0);
    expect(session.shown()).not.toContain("tttt");
  });

  it("tests the key before it keeps it", async () => {
    using folder = temporaryFolder();
    const host = await startKeyHost("sk-good");
    try {
      const args = ["keys", "add", "groq", "--base-url", host.baseUrl, "--label", "x"];
      const session = onTerminal(folder.path, args);
      await session.see("API key");
      session.type(`sk-bad${KEY.enter}`);
      await session.see("Groq refuses this key");
      expect(await session.exited).toBe(1);
      expect(host.calls).toEqual(["GET /v1/models sk-bad"]);
      expect(await listed(folder.path)).toEqual([]);
    } finally {
      await host.stop();
    }
  });

  it("asks whether a second key belongs to the same account", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await cli(home, ["keys", "add", "groq", "--account", "mine"], { stdin: `gsk_${"b".repeat(48)}\n` });
    const session = onTerminal(home, ["keys", "add", "groq", "--label", "second", "--no-test"]);
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
    await session.see("API key");
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

describe("a key that is not there", () => {
  it.each(["rm", "rotate"])("keys %s asks nothing about it", async (name) => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", name, "nobody-1"]);
    expect(await session.exited).toBe(1);
    expect(session.shown()).toContain('There is no key "nobody-1".');
    expect(session.shown()).not.toContain("?");
  });

  it("nor is there an order to be made of no key, or of one", async () => {
    using folder = temporaryFolder();
    const none = onTerminal(folder.path, ["keys", "reorder"]);
    expect(await none.exited).toBe(2);
    expect(none.shown()).toContain("There are no keys to move.");
    await addCustomKey(folder.path, { name: "one", baseUrl: "http://127.0.0.1:9/one", key: null });
    const one = onTerminal(folder.path, ["keys", "reorder"]);
    expect(await one.exited).toBe(2);
    expect(one.shown()).toContain("There is one key alone: nothing to move.");
  });

  it("nor does keys add about a provider that is not, but says what may have been meant", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["keys", "add", "grok"]);
    expect(await session.exited).toBe(2);
    expect(session.shown()).toContain("hint: Did you mean: freellm keys add groq");
    expect(session.shown()).toContain("hint: Providers: agnes, ");
  });
});

describe("keys rm", () => {
  it("asks before it forgets", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await addCustomKey(home, { name: "one", baseUrl: "http://127.0.0.1:9/one", key: null });
    const refused = onTerminal(home, ["keys", "rm", "one-1"]);
    await refused.see("Forget one-1 (no key)?");
    refused.type(`n${KEY.enter}`);
    await refused.see("Nothing was changed");
    expect(await refused.exited).toBe(0);
    const agreed = onTerminal(home, ["keys", "rm", "one-1"]);
    await agreed.see("Forget one-1 (no key)?");
    agreed.type(`y${KEY.enter}`);
    await agreed.see("Removed one-1");
    expect(await agreed.exited).toBe(0);
    expect(await listed(home)).toEqual([]);
  });
});

describe("keys reveal", () => {
  it("shows a key after its last four characters were typed, not before", async () => {
    using folder = temporaryFolder();
    const secret = `gsk_${"r".repeat(44)}4321`;
    await cli(folder.path, ["keys", "add", "groq"], { stdin: `${secret}\n` });
    const refused = onTerminal(folder.path, ["keys", "reveal", "groq-1"]);
    await refused.see("Type its last four characters");
    refused.type(`yes${KEY.enter}`);
    await refused.see("Nothing was shown");
    expect(await refused.exited).toBe(0);
    expect(refused.shown()).not.toContain("rrrr");
    const agreed = onTerminal(folder.path, ["keys", "reveal", "groq-1"]);
    await agreed.see("Type its last four characters");
    agreed.type(`4321${KEY.enter}`);
    await agreed.see(secret);
    expect(await agreed.exited).toBe(0);
  });

  it("shows nothing to a script", async () => {
    using folder = temporaryFolder();
    await cli(folder.path, ["keys", "add", "groq"], { stdin: `gsk_${"r".repeat(44)}4321\n` });
    const { code, stdout, stderr } = await cli(folder.path, ["keys", "reveal", "groq-1"]);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain("rrrr");
  });
});

describe("keys export", () => {
  it("keeps keys off the screen, and writes a file after a yes", async () => {
    using folder = temporaryFolder();
    await cli(folder.path, ["keys", "add", "groq"], { stdin: `gsk_${"e".repeat(44)}4321\n` });
    const screen = onTerminal(folder.path, ["keys", "export", "--yes", "--reveal"]);
    await screen.see("would be readable on this screen");
    expect(await screen.exited).toBe(2);
    const file = join(folder.path, "keys.env");
    const refused = onTerminal(folder.path, ["keys", "export", "--out", file]);
    await refused.see("Type yes to go on");
    refused.type(`y${KEY.enter}`);
    await refused.see("Nothing was written");
    expect(await refused.exited).toBe(0);
    expect(existsSync(file)).toBe(false);
    const agreed = onTerminal(folder.path, ["keys", "export", "--out", file]);
    await agreed.see("Type yes to go on");
    agreed.type(`yes${KEY.enter}`);
    await agreed.see("Wrote 1 key to");
    expect(await agreed.exited).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(agreed.shown()).not.toContain("eeee");
  });
});

describe("keys import", () => {
  it("asks whose a key is whose shape fits several, and adds it after a word", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "keys.txt");
    const lines = [`gsk_${"a".repeat(47)}1234`, `${"m".repeat(28)}5678`, `${"n".repeat(28)}9012`];
    writeFileSync(file, lines.join("\n"));
    const session = onTerminal(folder.path, ["keys", "import", file]);
    await session.see("Line 2: whose key is the key ...5678?");
    await session.see("\u276f Mistral");
    session.type(KEY.enter);
    await session.see("Line 3: whose key is the key ...9012?");
    await session.see("\u276f Mistral");
    session.type(KEY.down);
    session.type(KEY.enter);
    await session.see("ambiguous");
    await session.see("Add 2 keys?");
    session.type(KEY.enter);
    expect(await session.exited).toBe(0);
    expect((await listed(folder.path)).map(({ id, last4 }) => [id, last4])).toEqual([
      ["groq-1", "1234"],
      ["mistral-1", "5678"],
    ]);
    expect(session.shown()).not.toMatch(/mmmm|nnnn/);
  });

  it("shows what it would do and asks", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "keys.env");
    writeFileSync(file, `GROQ_API_KEY=gsk_${"i".repeat(44)}4321\n`);
    const refused = onTerminal(folder.path, ["keys", "import", file]);
    await refused.see("...4321");
    await refused.see("Add 1 key?");
    refused.type(`n${KEY.enter}`);
    await refused.see("Nothing was changed");
    expect(await refused.exited).toBe(0);
    expect(await listed(folder.path)).toEqual([]);
    const agreed = onTerminal(folder.path, ["keys", "import", file]);
    await agreed.see("Add 1 key?");
    agreed.type(KEY.enter);
    await agreed.see("groq-1");
    expect(await agreed.exited).toBe(0);
    expect(await listed(folder.path)).toMatchObject([{ id: "groq-1" }]);
  });
});

describe("keys add --keyless", () => {
  it("says what that means and asks", async () => {
    using folder = temporaryFolder();
    const refused = onTerminal(folder.path, ["keys", "add", "--keyless"]);
    await refused.see("knows you by your IP address");
    await refused.see("without a key?");
    refused.type(KEY.enter);
    await refused.see("Nothing was changed");
    expect(await refused.exited).toBe(0);
    expect(await listed(folder.path)).toEqual([]);
    const agreed = onTerminal(folder.path, ["keys", "add", "--keyless"]);
    await agreed.see("without a key?");
    agreed.type(`y${KEY.enter}`);
    await agreed.see("Added ovh-1");
    expect(await agreed.exited).toBe(0);
  });
});

describe("keys test", () => {
  it("shows on a terminal how far it is, in a pipe the result alone", async () => {
    using folder = temporaryFolder();
    const host = await startKeyHost("sk-good");
    try {
      await addCustomKey(folder.path, { name: "one", baseUrl: host.baseUrl, key: "sk-good" });
      const session = onTerminal(folder.path, ["keys", "test"]);
      await session.see("Testing keys: 0 of 1 done");
      await session.see("one-1  valid");
      expect(await session.exited).toBe(0);
      const piped = await cli(folder.path, ["keys", "test"]);
      expect(piped.stderr).toBe("");
      expect(piped.stdout).toMatch(/^one-1\s+valid/m);
    } finally {
      await host.stop();
    }
  });
});
