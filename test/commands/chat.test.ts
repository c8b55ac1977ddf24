/** `freellm chat` against a running server with scripted upstreams: what goes where, and how it ends. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harmless } from "../../src/commands/chat/show.ts";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, cutAfter, failure } from "../support/steps.ts";
import { KEY, onTerminal } from "./terminal.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_RESCUE: "false" } });
});
afterAll(() => stage.close());

function chat(args: string[], stdin = "") {
  return cli(stage.home, ["chat", ...args], { stdin });
}

describe("one question", () => {
  it("prints the answer alone on stdout, and on stderr who gave it after whom", async () => {
    const [, good] = await stage.endpoints("chat-trail", [
      failure(500),
      answer({ content: "Hello there, friend" }),
    ]);
    const { code, stdout, stderr } = await chat(["Say", "hello", "-m", "chat-trail"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello there, friend\n" });
    expect(stderr).toContain(
      "freellm: note: failed before: chat-trail-1/chat-trail with chat-trail-1-1: server error\n",
    );
    expect(stderr).toMatch(/^freellm: note: answered by chat-trail-2\/chat-trail, 11 tokens in, 7 out$/m);
    expect(good?.upstream.calls.at(-1)?.body?.messages).toEqual([{ role: "user", content: "Say hello" }]);
  });

  it("puts files before the question, what is piped in behind it, and --system in front of all", async () => {
    const [endpoint] = await stage.endpoints("chat-parts", [answer({ content: "ok" })]);
    using folder = temporaryFolder();
    const path = join(folder.path, "notes.md");
    writeFileSync(path, "a note\n");
    const args = ["-m", "chat-parts", "--system", "Be brief", "--file", path, "What is it?", "--no-stream"];
    expect(await chat(args, "piped text\n")).toMatchObject({ code: 0, stdout: "ok\n" });
    const { body } = endpoint?.upstream.calls.at(-1) ?? {};
    expect(body?.stream).not.toBe(true);
    expect(body?.messages).toEqual([
      { role: "system", content: "Be brief" },
      { role: "user", content: "notes.md:\na note\n\nWhat is it?\n\npiped text" },
    ]);
  });

  it("gives all of it as JSON", async () => {
    await stage.endpoints("chat-json", [answer({ content: "Hi" })]);
    const { code, stdout, stderr } = await chat(["-m", "chat-json", "--json"], "hello");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      answers: [
        {
          text: "Hi",
          reasoning: null,
          servedBy: "chat-json-1/chat-json",
          requestId: expect.any(String),
          trail: [],
          usage: { inputTokens: 11, outputTokens: 7 },
        },
      ],
    });
  });
});

describe("exit codes", () => {
  it("1 when nobody answers, with the reason", async () => {
    await stage.endpoints("chat-fails", [failure(500)]);
    const { code, stdout, stderr } = await chat(["-m", "chat-fails", "hello"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^freellm: error: HTTP 5\d\d: /m);
    expect(stderr).toMatch(/^freellm: hint: /m);
  });

  it("1 when the answer breaks off, after what there was of it", async () => {
    await stage.endpoints("chat-breaks", [cutAfter(3, { content: "one two three four five" })]);
    const { code, stdout, stderr } = await chat(["-m", "chat-breaks", "hello"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^one.*\n$/);
    expect(stderr).toContain("The answer broke off");
  });

  it("1 for a model that nobody knows, with where to look", async () => {
    const { code, stderr } = await chat(["-m", "no-such-model", "hello"]);
    expect(code).toBe(1);
    expect(stderr).toContain("hint: Known models: freellm models list");
    expect(stderr.split("freellm models list")).toHaveLength(2);
  });

  it("2 without a question or with a file that is not there", async () => {
    expect(await chat([])).toMatchObject({ code: 2, stdout: "" });
    expect(await chat(["--file", "nowhere.txt", "x"])).toMatchObject({ code: 2, stdout: "" });
  });

  it("3 without a server", async () => {
    await ensureBinary();
    using folder = temporaryFolder();
    const { code, stderr } = await cli(folder.path, ["chat", "hello"]);
    expect(code).toBe(3);
    expect(stderr).toContain("freellm serve");
  });
});

describe("a conversation on a terminal", () => {
  it("remembers what was said, changes the model, forgets, and leaves", async () => {
    const [first] = await stage.endpoints("chat-talk", [answer({ content: "First answer" })]);
    const [second] = await stage.endpoints("chat-other", [answer({ content: "Other answer" })]);
    const session = onTerminal(stage.home, ["chat", "-m", "chat-talk"]);
    await session.see("Asking chat-talk");
    session.type(`one${KEY.enter}`);
    await session.see("First answer");
    await session.see("answered by chat-talk-1");
    session.type(`/model chat-other${KEY.enter}`);
    await session.see("The model is chat-other.");
    session.type(`two${KEY.enter}`);
    await session.see("Other answer");
    await session.see("answered by chat-other-1");
    session.type(`/new${KEY.enter}`);
    await session.see("Forgotten.");
    // The line before the last but one, out of the history of the input.
    session.type(`${KEY.up}${KEY.up}${KEY.enter}`);
    await session.see("Other answer");
    await session.see("answered by chat-other-1");
    session.type(`/exit${KEY.enter}`);
    expect(await session.exited).toBe(0);
    expect(first?.upstream.calls).toHaveLength(1);
    expect(second?.upstream.calls.map(({ body }) => body?.messages)).toEqual([
      [
        { role: "user", content: "one" },
        { role: "assistant", content: "First answer" },
        { role: "user", content: "two" },
      ],
      [{ role: "user", content: "two" }],
    ]);
  });

  it("breaks no word where the terminal ends, nor in what is told beside the answer", async () => {
    const content = "Proxies stand between programs and providers, whatever happens to any of them.";
    await stage.endpoints("chat-narrow", [answer({ content })]);
    const session = onTerminal(stage.home, ["chat", "-m", "chat-narrow", "hello"], { NO_COLOR: "1" }, 30);
    expect(await session.exited).toBe(0);
    const lines = session.shown().trim().split(/\r?\n/);
    expect(lines.slice(-6)).toEqual([
      expect.stringMatching(/Proxies stand between programs$/),
      "and providers, whatever",
      "happens to any of them.",
      "freellm: note: answered by",
      "chat-narrow-1/chat-narrow, 11",
      "tokens in, 7 out",
    ]);
  });

  it("goes on after a failure", async () => {
    await stage.endpoints("chat-sick", [failure(500)]);
    const session = onTerminal(stage.home, ["chat", "-m", "chat-sick"]);
    await session.see("Asking chat-sick");
    session.type(`one${KEY.enter}`);
    await session.see("freellm: error: HTTP 5");
    session.type(`/model${KEY.enter}`);
    await session.see("The model is chat-sick.");
    session.type("\u0004");
    expect(await session.exited).toBe(0);
  });
});

it("what a model says cannot move the cursor", () => {
  expect(harmless("a\u001b[2Jb\u0007\u009b1m\u202e\r\n\tc")).toBe("a[2Jb1m\n\tc");
});
