/** `freellm dash`, compiled: on a real terminal, in a pipe, as JSON, and without a server. */

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BINARY, cli, startFreellm, temporaryFolder } from "../support/binary.ts";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { openTerminal } from "./terminal.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.endpoints("shown", [null, null]);
  await stage.client.chat.completions.create({ model: "shown", messages: HELLO });
}, 60_000);
afterAll(() => stage.close());

const LEAVE_SCREEN = "\u001b[?1049l";
const SHOW_CURSOR = "\u001b[?25h";

describe("on a terminal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s gives the terminal back", async (signal, code) => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 100, rows: 30 });
    await terminal.see("shown-1-1");
    terminal.signal(signal);
    expect(await terminal.ended()).toEqual({ code, restored: true });
    const end = terminal.output().slice(-200);
    expect(end).toContain(LEAVE_SCREEN);
    expect(end).toContain(SHOW_CURSOR);
  });

  it.each(["q", "\u0003"])("%j leaves with 0", async (key) => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 80, rows: 24 });
    await terminal.see("shown-1-1");
    terminal.type(key);
    expect(await terminal.ended()).toEqual({ code: 0, restored: true });
    expect(terminal.output()).toContain(LEAVE_SCREEN);
  });

  it("takes what is typed at its first byte for a key, not for a signal", async () => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 80, rows: 24 });
    await terminal.see("\u001b[?7l");
    terminal.type("\u0003");
    expect(await terminal.ended()).toEqual({ code: 0, restored: true });
  });

  it("follows the size of the terminal, down to one line and back", async () => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 100, rows: 30 });
    await terminal.see("forecast");
    terminal.resize(40, 8);
    await terminal.see("limit    ");
    terminal.resize(39, 5);
    await terminal.see("rps");
    terminal.resize(100, 30);
    await terminal.see("forecast");
    terminal.type("q");
    expect(await terminal.ended()).toEqual({ code: 0, restored: true });
  });

  it("stops at SIGTSTP with the terminal given back, and goes on at SIGCONT", async () => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 100, rows: 30 });
    await terminal.see("shown-1-1");
    terminal.signal("SIGTSTP");
    await terminal.see(LEAVE_SCREEN);
    terminal.signal("SIGCONT");
    await terminal.see("\u001b[?1049h");
    await terminal.see("shown-1-1");
    terminal.type("q");
    expect(await terminal.ended()).toEqual({ code: 0, restored: true });
  });

  it("finds a server that was started anew, wherever it listens now", async () => {
    using folder = temporaryFolder();
    const first = await startFreellm({ home: folder.path });
    const terminal = await openTerminal(folder.path, folder.path, { columns: 100, rows: 30 });
    await terminal.see("No keys yet");
    await first.stop();
    await terminal.see("no answer for");
    const second = await startFreellm({ home: folder.path });
    await terminal.see(new URL(second.url).port);
    terminal.type("q");
    expect(await terminal.ended()).toEqual({ code: 0, restored: true });
    await second.stop();
  });

  it("what is pressed reaches the server", async () => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 100, rows: 30 });
    await terminal.see("shown-1-1");
    terminal.type("]");
    await terminal.see("shown-1-1 is tried later");
    const { stdout } = await cli(stage.home, ["keys", "list", "--json"]);
    expect(JSON.parse(stdout).keys.map(({ id }: { id: string }) => id)).toEqual(["shown-2-1", "shown-1-1"]);
    terminal.type("u");
    await terminal.see("the order is as before");
    terminal.type("q");
    await terminal.ended();
  });

  it("why a request went where it went, candidate by candidate; a key forced in the playground", async () => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 100, rows: 40 });
    await terminal.see("shown-1-1");
    terminal.type("\tw");
    await terminal.see("chosen by your order of models");
    await terminal.see("every candidate when it was first decided");
    await terminal.see("shown-2-1 · shown-2/shown");
    terminal.type("\u001b");
    await terminal.see("Requests");
    terminal.type("t\u000b\u000b");
    await terminal.see("shown-2-1");
    await terminal.see(" alone");
    terminal.type("Hello\r");
    await terminal.see("shown-2/shown");
    await terminal.see("tok/s");
    terminal.type("\u0003");
    expect(await terminal.ended()).toMatchObject({ code: 0 });
  });

  it("the past is what the server sums up", async () => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 100, rows: 30 });
    await terminal.see("shown-1-1");
    terminal.type("A");
    await terminal.see("first content");
    await terminal.see("shown-1");
    terminal.type("q");
    expect(await terminal.ended()).toMatchObject({ code: 0 });
  });

  it("the playground asks through the server", async () => {
    using folder = temporaryFolder();
    const terminal = await openTerminal(folder.path, stage.home, { columns: 100, rows: 30 });
    await terminal.see("shown-1-1");
    terminal.type("t");
    await terminal.see("Playground");
    terminal.type("Hello\r");
    await terminal.see("tok/s");
    terminal.type("\u0003");
    expect(await terminal.ended()).toMatchObject({ code: 0 });
  });
});

describe("in a pipe", () => {
  it("prints one screen as plain text", async () => {
    const { code, stdout, stderr } = await cli(stage.home, ["dash"], {
      env: { COLUMNS: "90", NO_COLOR: "" },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("shown-1-1");
    expect(stdout.endsWith("\n")).toBe(true);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(90);
    const once = await cli(stage.home, ["dash", "--once"], { env: { COLUMNS: "90" } });
    expect(once.stdout.split("\n")[1]).toBe(stdout.split("\n")[1]);
  });

  it("in ASCII where it is asked for, or where the locale knows no more", async () => {
    for (const [args, env] of [
      [["--ascii"], {}],
      [[], { LANG: "C" }],
    ] as const) {
      const { stdout } = await cli(stage.home, ["dash", "--once", ...args], { env });
      expect(stdout).toMatch(/^[\x20-\x7e\n]+$/);
      expect(stdout).toContain("shown-1-1");
    }
  });

  it("--json is the state", async () => {
    const { code, stdout } = await cli(stage.home, ["dash", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, keys: [{ id: "shown-1-1" }, {}] });
    expect(stdout).not.toContain("sk-made-up-shown-1");
  });

  it("--watch --json is the state, then events, until its reader has enough", async () => {
    const env = { PATH: process.env.PATH ?? "", HOME: stage.home, FREELLM_HOME: stage.home };
    const child = spawn(BINARY, ["dash", "--watch", "--json"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const types: string[] = [];
    let text = "";
    for await (const chunk of child.stdout) {
      text += chunk;
      if (types.length === 0) await stage.client.chat.completions.create({ model: "shown", messages: HELLO });
      types.splice(
        0,
        types.length,
        ...text
          .split("\n")
          .slice(0, -1)
          .map((line) => {
            const entry = JSON.parse(line);
            expect(entry.schema).toBe(1);
            return entry.type === "event" ? entry.event.type : entry.type;
          }),
      );
      if (types.includes("request-finished")) break;
    }
    expect(types[0]).toBe("state");
    expect(types).toContain("call-reserved");
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
  });
});

describe("another server", () => {
  it("is reached by --url and the token in a file", async () => {
    using folder = temporaryFolder();
    const token = readFileSync(join(stage.home, "admin-token"), "utf8");
    const path = join(folder.path, "token");
    writeFileSync(path, token);
    const args = ["dash", "--json", "--url", stage.freellm.url, "--token-file", path];
    const { code, stdout } = await cli(folder.path, args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).keys).toHaveLength(2);
    writeFileSync(path, "freellm-admin-wrong\n");
    const refused = await cli(folder.path, args);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout).error.code).toBe("unauthorized");
    const missing = await cli(folder.path, [
      "dash",
      "--url",
      stage.freellm.url,
      "--token-file",
      join(folder.path, "none"),
    ]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("--token-file");
  });
});

describe("without a server", () => {
  it.each([[[]], [["--once"]], [["--watch", "--json"]]])("%j ends with 3 and a hint", async (args) => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, ["dash", ...args]);
    expect(code).toBe(3);
    expect(stdout + stderr).toContain("freellm serve");
  });
});
