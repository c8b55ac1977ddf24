/** A provider is a data file and a line: one that nobody has heard of works from its data alone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { providersPage } from "../../bin/docs.ts";
import { providerEvent } from "../../src/core/app/registry.ts";
import { providers } from "../../src/providers/index.ts";
import { recogniseKey } from "../../src/providers/recognise.ts";
import { acme } from "./made-up/acme.ts";
import { chunk, encodedBody, NOW, replayText, stream, wholeAnswer } from "./support.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const KEY = "acme_madeupmadeupmadeupmadeupmadeup00";

describe("a made-up provider", () => {
  test("is a change of one new file and one line, as documented", () => {
    const diff = /```diff\n([\s\S]*?)```/.exec(read("docs/adding-a-provider.md"))?.[1] ?? "";
    const files = diff.split(/^--- .*\n/m).slice(1);
    expect(files.map((file) => file.split("\n")[0])).toEqual([
      "+++ b/src/providers/catalogue.ts",
      "+++ b/src/providers/acme.ts",
    ]);
    const [line, data] = files.map((file) =>
      file
        .split("\n")
        .slice(2)
        .filter((text) => /^[+-]/.test(text)),
    );
    expect(line).toEqual(['+export { acme } from "./acme.ts";']);
    const written = read("test/providers/made-up/acme.ts")
      .replaceAll("../../../src/core/", "../core/")
      .replaceAll("../../../src/providers/", "./");
    expect(`${data?.map((text) => text.slice(1)).join("\n")}\n`).toBe(written);
    // The lines around the new one are those of the catalogue.
    const context = files[0]?.split("\n").filter((text) => text.startsWith(" ")) ?? [];
    expect(read("src/providers/catalogue.ts")).toContain(context.map((text) => text.slice(1)).join("\n"));
  });

  test("has its keys recognised beside those of all others", () => {
    const all = [...providers.all(), acme];
    expect(recogniseKey(all, KEY)).toEqual({ kind: "certain", provider: acme });
    expect(recogniseKey(providers.all(), KEY).kind).toBe("unknown");
    for (const provider of providers.all()) {
      for (const prefix of provider.keyPrefixes) expect(prefix.startsWith("acme_")).toBe(false);
    }
  });

  test("is asked on its wire, bent as its quirks say", () => {
    const tools = [{ name: "weather", parameters: { type: "object", properties: {} } }];
    const body = encodedBody(acme, {
      maxOutputTokens: 100,
      sampling: { temperature: 0.5, logitBias: { "5": 1 } },
      tools,
    });
    expect(body).toMatchObject({
      model: "acme/gpt-oss-120b",
      max_completion_tokens: 100,
      temperature: 0.5,
      stream: true,
    });
    expect(body.logit_bias).toBeUndefined();
    expect(body.tools).toHaveLength(1);
  });

  test("is understood, streamed and whole", () => {
    const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
    const streamed = replayText(acme, stream(chunk({ content: "Hello" }), chunk({}, "stop", { usage })));
    expect(streamed).toMatchObject({
      text: "Hello",
      finish: "stop",
      usage: { inputTokens: 7, outputTokens: 3 },
      failure: null,
    });
    const whole = {
      id: "chatcmpl-1",
      created: 1,
      model: "m-1",
      choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
      usage,
    };
    expect(wholeAnswer(acme, JSON.stringify(whole))).toEqual(streamed);
  });

  test("has its failures classified and its rate headers read", () => {
    const refused = providers.classify(acme, {
      status: 401,
      headers: new Headers(),
      body: '{"error":{"message":"Invalid API key"}}',
      now: NOW,
    });
    expect(refused.kind).toBe("invalid_key");
    const headers = new Headers({
      "x-ratelimit-limit-requests-day": "100",
      "x-ratelimit-remaining-requests-day": "7",
    });
    expect(providers.observe(acme, headers, NOW)).toMatchObject([
      { metric: "requests", window: "day", cap: 100, remaining: 7 },
    ]);
  });

  test("is routed to, and stands in the documentation", () => {
    const event = providerEvent(acme, new Map());
    expect(event).toMatchObject({
      provider: { id: "acme" },
      models: [
        { id: "acme/gpt-oss-120b", enabled: true },
        { id: "acme/anvil-1", enabled: true },
      ],
    });
    const page = providersPage([acme]);
    expect(page).toContain("## acme");
    expect(page).toContain("20 requests/minute (shared); 100 requests/day (shared, UTC)");
  });
});
