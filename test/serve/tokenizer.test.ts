/** The library tokenizer: exact, in a thread of its own that is there only while somebody needs it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { afterEach, describe, expect, it } from "vitest";
import type { ChatRequest } from "../../src/core/chat/request.ts";
import { Tokenizer } from "../../src/core/serve/tokenizer/index.ts";
import { piecesOf } from "../../src/core/serve/tokenizer/prompt.ts";
import { answered, openWorld } from "../app/explain-world.ts";
import { ManualTimers } from "../store/ports.ts";

const ROOT = join(import.meta.dirname, "../../src");

function prompt(content: string, more: Partial<ChatRequest> = {}): ChatRequest {
  return {
    ...{ model: "m", messages: [{ role: "user", content }], tools: [], sampling: {}, stream: false },
    ...{ includeUsage: false, bytes: content.length, ...more },
  };
}

const opened: Tokenizer[] = [];
afterEach(() => {
  for (const tokenizer of opened.splice(0)) tokenizer.close();
});

function open() {
  const timers = new ManualTimers();
  const problems: string[] = [];
  const log = { info() {}, warn() {}, error: (message: string) => void problems.push(message) };
  const tokenizer = new Tokenizer(timers, log);
  opened.push(tokenizer);
  return { tokenizer, timers, problems };
}

describe("the tokenizer", () => {
  it("counts what the library counts, and the frame of each message", async () => {
    const { tokenizer } = open();
    const texts = ["Grüße aus 東京 🎉", readFileSync(join(ROOT, "core/app.ts"), "utf8"), "<|end|>"];
    for (const text of texts) {
      const { frame } = piecesOf(prompt(text));
      const exact = countTokens(text, { disallowedSpecial: new Set() });
      expect(await tokenizer.count(prompt(text))).toBe(exact + frame);
    }
  });

  it("counts tools, calls and results as they are sent", () => {
    const { texts, frame } = piecesOf(
      prompt("Look.", {
        messages: [
          { role: "system", content: "Be brief." },
          {
            role: "user",
            content: [
              { type: "text", text: "Look." },
              { type: "image", url: "data:," },
            ],
          },
          { role: "assistant", content: "", toolCalls: [{ id: "1", name: "find", arguments: '{"a":1}' }] },
          { role: "tool", toolCallId: "1", content: "found" },
        ],
        tools: [{ name: "find", description: "Finds.", parameters: { type: "object" } }],
      }),
    );
    expect(texts).toEqual([
      "Be brief.",
      "Look.",
      "find",
      '{"a":1}',
      "found",
      "find",
      "Finds.",
      '{"type":"object"}',
    ]);
    expect(frame).toBeGreaterThan(1_000);
  });

  it("is not held up by words without an end, and is off by little there", async () => {
    const { tokenizer } = open();
    for (const text of ["a".repeat(300_000), " ".repeat(300_000), "=".repeat(300_000)]) {
      const count = await tokenizer.count(prompt(text));
      expect(count).toBeGreaterThan(1_000);
      expect(count).toBeLessThan(150_000);
    }
    // Whatever has ordinary words is exact.
    const minified = JSON.stringify(JSON.parse(readFileSync(join(ROOT, "../package-lock.json"), "utf8")));
    const { frame } = piecesOf(prompt(""));
    expect(await tokenizer.count(prompt(minified))).toBe(countTokens(minified) + frame);
  });

  it("ends when nobody needs it any more, and starts again", async () => {
    const { tokenizer, timers } = open();
    expect(tokenizer.isLoaded).toBe(false);
    const first = await tokenizer.count(prompt("hello"));
    expect(tokenizer.isLoaded).toBe(true);
    timers.ring();
    expect(tokenizer.isLoaded).toBe(false);
    expect(await tokenizer.count(prompt("hello"))).toBe(first);
  });

  it("gives nothing when it takes too long: the estimate stands", async () => {
    const { tokenizer, timers, problems } = open();
    const count = tokenizer.count(prompt("hello"));
    timers.ring();
    expect(await count).toBeNull();
    expect(problems).toHaveLength(1);
    expect(tokenizer.isLoaded).toBe(false);
  });
});

describe("the library", () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.tsx?$/.test(path));
  const naming = (pattern: RegExp): string[] =>
    files.filter((path) => pattern.test(readFileSync(join(ROOT, path), "utf8")));

  it("is loaded by its thread alone, which nothing but a count starts", () => {
    expect(naming(/["']gpt-tokenizer/)).toEqual(["core/serve/tokenizer/worker.ts"]);
    expect(naming(/^import (?!type\b)[^;]*from "[^"]*\/tokenizer\/worker\.ts"/m)).toEqual([]);
    expect(naming(/\bnew Worker\b/)).toEqual(["core/serve/tokenizer/index.ts"]);
  });

  it("is not there after a start and ordinary requests, small and large", async () => {
    const { application, ask, settle } = await openWorld(() => answered(), { providerIds: ["groq"] });
    await application.execute({ type: "key-add", provider: "groq", secret: "gsk_made-up", test: false });
    expect(application.tokenizer.isLoaded).toBe(false);
    for (const size of [10, 2_000, 20_000]) {
      const messages = [{ role: "user", content: "word ".repeat(size / 5) }];
      const reply = await settle(ask({ model: "openai/gpt-oss-120b", messages }));
      expect(reply.status).toBe(200);
    }
    expect(application.tokenizer.isLoaded).toBe(false);
  });
});
