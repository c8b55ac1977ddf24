/** `freellm init` on a terminal: from nothing to a served request, resumed, interrupted, and without a terminal. */
import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { addCustomKey, cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";
import { answer } from "../support/steps.ts";
import { startUpstream } from "../support/upstream.ts";
import { startKeyHost } from "./key-host.ts";
import { KEY, onTerminal } from "./terminal.ts";

beforeAll(ensureBinary);

const PORT = { FREELLM_PORT: "0" };

async function idsOf(home: string): Promise<string[]> {
  const { stdout } = await cli(home, ["keys", "list", "--json"]);
  return JSON.parse(stdout).keys.map(({ id }: { id: string }) => id);
}

describe("on a terminal", () => {
  it("takes keys, starts the server, and shows a first answer and how to reach it", async () => {
    const host = await startKeyHost("made-up-good-key");
    using folder = temporaryFolder();
    const home = folder.path;
    const session = onTerminal(home, ["init"], PORT);
    try {
      await session.see("https://console.groq.com/keys");
      await session.see("Paste a key");
      // A key that is refused does not end the wizard.
      session.type(`made-up-bad-key${KEY.enter}`);
      await session.see("Whose key is it?");
      session.type("An endpoint");
      await session.see("\u276f An endpoint of your own");
      session.type(KEY.enter);
      await session.see("Base URL");
      session.type(`${host.baseUrl}${KEY.enter}`);
      await session.see("Name");
      session.type(`home${KEY.enter}`);
      await session.see("Model ids");
      session.type(`m${KEY.enter}`);
      await session.see("refuses this key");
      await session.see("Another one");
      session.type(`made-up-good-key${KEY.enter}`);
      await session.see("Whose key is it?");
      session.type("An endpoint");
      await session.see("\u276f An endpoint of your own");
      session.type(KEY.enter);
      await session.see("Base URL");
      session.type(`${host.baseUrl}${KEY.enter}`);
      await session.see("Name");
      session.type(`home${KEY.enter}`);
      await session.see("Model ids");
      session.type(`m${KEY.enter}`);
      await session.see("Added home-1");
      await session.see("Another one");
      session.type(KEY.enter);
      await session.see("without a key?");
      session.type(`n${KEY.enter}`);
      await session.see("How should it run?");
      session.type(KEY.enter);
      await session.see("A first request");
      await session.see("answered by home/m");
      const token = (await cli(home, ["token"])).stdout.trim();
      await session.see("base URL   http://127.0.0.1:");
      await session.see(`API key    ${token}`);
      await session.see("curl http://127.0.0.1:");
      await session.see("Ctrl-C ends it");
      expect(await cli(home, ["status"])).toMatchObject({ code: 0 });
      session.type(KEY.interrupt);
      expect(await session.exited).toBe(0);
      expect(await cli(home, ["status"])).toMatchObject({ code: 3 });
      expect(session.shown()).not.toContain("made-up-good-key");
    } finally {
      session.signal("SIGTERM");
      await host.stop();
    }
  });

  it("goes on where it was, with a server that runs", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const upstream = await startUpstream({
      models: ["m"],
      otherwise: answer({ content: "Hello from here" }),
    });
    await addCustomKey(home, { name: "home", baseUrl: upstream.baseUrl, key: null, models: ["m"] });
    const server = await startFreellm({ home });
    try {
      const session = onTerminal(home, ["init"]);
      await session.see("Here already: home-1.");
      await session.see("Paste a key");
      session.type(KEY.enter);
      await session.see("without a key?");
      session.type(KEY.enter);
      await session.see(`It runs already, at ${server.url}.`);
      await session.see("Hello from here");
      await session.see(`API key    ${server.token}`);
      expect(await session.exited).toBe(0);
    } finally {
      await server.stop();
      await upstream.stop();
    }
  });

  it("without any key it starts nothing and says how to go on", async () => {
    using folder = temporaryFolder();
    const session = onTerminal(folder.path, ["init"], PORT);
    await session.see("Paste a key");
    session.type(KEY.enter);
    await session.see("without a key?");
    session.type(`n${KEY.enter}`);
    await session.see("freellm init");
    expect(await session.exited).toBe(0);
  });

  it("can be left with Ctrl-C, and what was added stays", async () => {
    using folder = temporaryFolder();
    await addCustomKey(folder.path, { name: "home", baseUrl: "http://127.0.0.1:9/v1", key: null });
    const session = onTerminal(folder.path, ["init"], PORT);
    await session.see("Paste a key");
    session.type(KEY.interrupt);
    await session.see("what was added stays");
    expect(await session.exited).toBe(130);
    expect(await idsOf(folder.path)).toEqual(["home-1"]);
  });
});

describe("without a terminal", () => {
  it("says which commands do the same, and does nothing", async () => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, ["init"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    const json = await cli(folder.path, ["init", "--json"]);
    expect(json.code).toBe(2);
    const { steps } = JSON.parse(json.stdout) as { steps: { command: string }[] };
    expect(steps.length).toBeGreaterThan(5);
    for (const { command } of steps) {
      expect(stdout).toContain(`\n${command}\n`);
      // Every option in it is one that there is.
      const words = command
        .replace(/^freellm /, "")
        .replaceAll(/"[^"]*"/g, "x")
        .split(" ");
      const help = (
        await cli(folder.path, [...words.filter((word) => /^[a-z]+$/.test(word)).slice(0, 2), "--help"])
      ).stdout;
      for (const option of words.filter((word) => word.startsWith("--"))) expect(help).toContain(option);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
