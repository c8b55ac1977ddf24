/** When a prompt is worth counting, and what the count changes. */
import { describe, expect, it } from "vitest";
import { bestUsable, needOf } from "../../src/core/route/plan.ts";
import { hingesOnCount, roomOf } from "../../src/core/route/recount.ts";
import { isCountable } from "../../src/core/route/vocabulary.ts";
import { limit, World } from "./world.ts";

const tpm = (cap: number) => limit({ metric: "tokens", window: "minute", cap });

/** A model whose prompts can be counted goes first, one with another vocabulary and more room follows. */
function setup(cap = 8_000) {
  const world = new World()
    .provider("groq", [{ id: "openai/gpt-oss-120b", family: "gpt-oss-120b", limits: [tpm(cap)] }])
    .provider("big", [{ id: "llama", limits: [tpm(1_000_000)] }])
    .key("groq-1")
    .key("big-1");
  const asked = (input: number, counted?: number) => {
    const tokens = { input, output: 100, ...(counted === undefined ? {} : { counted }) };
    const request = world.request("auto", { tokens });
    const chosen = bestUsable(request, world.now);
    return { request, chosen, hinges: hingesOnCount(request, chosen, world.now) };
  };
  return { world, asked };
}

describe("a count is worth it", () => {
  it("where a model is passed over that takes prompts half as large as estimated", () => {
    const { asked } = setup();
    expect(asked(9_000)).toMatchObject({ hinges: true, chosen: { key: { id: "big-1" } } });
    expect(asked(15_400).hinges).toBe(true);
    expect(asked(15_900).hinges).toBe(false);
    expect(asked(5_000).hinges).toBe(false);
  });

  it("where the prompt would be refused", () => {
    const { world, asked } = setup();
    world.apply({ type: "key-removed", keyId: "big-1" });
    expect(asked(9_000)).toMatchObject({ hinges: true, chosen: null });
    expect(asked(90_000).hinges).toBe(false);
  });

  it("once", () => {
    const { asked } = setup();
    expect(asked(9_000, 8_500).hinges).toBe(false);
  });

  it("not where something else stands in the way", () => {
    const { world, asked } = setup();
    world.apply({
      ...{ type: "rest-set", scope: "key:groq-1", kind: "quota_day" },
      ...{ until: world.now + 3_600_000, at: world.now },
    });
    expect(asked(9_000).hinges).toBe(false);
  });

  it("not where the vocabulary is another one", () => {
    const world = new World().provider("p", [{ id: "llama", limits: [tpm(8_000)] }]).key("p-1");
    const request = world.request("auto", { tokens: { input: 9_000, output: 100 } });
    expect(hingesOnCount(request, null, world.now)).toBe(false);
  });

  it("where a conversation is on the model that the estimate rules out", () => {
    const { world } = setup();
    world.apply({ type: "keys-ordered", keyIds: ["big-1", "groq-1"] });
    const bound = world.state.catalogue.target("groq-1", "groq/openai/gpt-oss-120b") ?? null;
    const request = world.request("auto", { tokens: { input: 9_000, output: 100 }, bound });
    const chosen = bestUsable(request, world.now);
    expect(chosen?.key.id).toBe("big-1");
    expect(hingesOnCount(request, chosen, world.now)).toBe(true);
    expect(hingesOnCount({ ...request, bound: null }, chosen, world.now)).toBe(false);
  });

  it("for context windows, too", () => {
    const world = new World().provider("p", [{ id: "gpt-4o", context: 8_000 }]).key("p-1");
    const asked = (input: number) => world.request("auto", { tokens: { input, output: 100 } });
    expect(hingesOnCount(asked(12_000), null, world.now)).toBe(true);
    const counted = world.request("auto", { tokens: { input: 12_000, output: 100, counted: 7_900 } });
    expect(bestUsable(counted, world.now)).not.toBeNull();
    const more = world.request("auto", { tokens: { input: 12_000, output: 100, counted: 8_001 } });
    expect(bestUsable(more, world.now)).toBeNull();
  });
});

describe("what was counted", () => {
  it("is reserved and decides, at models with that vocabulary alone", () => {
    const { world, asked } = setup();
    const { request, chosen } = asked(9_000, 6_000);
    expect(chosen?.key.id).toBe("groq-1");
    if (chosen === null) throw new Error("nothing was chosen");
    expect(needOf(request, chosen)).toMatchObject({ inputTokens: 6_000, tokens: 6_100 });
    const other = world.state.catalogue.target("big-1", "big/llama");
    if (other === undefined) throw new Error("no such target");
    expect(needOf(request, other).inputTokens).toBe(9_000);
    expect(roomOf(chosen)).toBe(8_000 - 256);
  });
});

it.each([
  ["gpt-oss-120b", true],
  ["openai/gpt-oss-20b:free", true],
  ["gpt-oss:120b", true],
  ["gpt-4o", true],
  ["gpt-4.1-mini", true],
  ["gpt-5.6-sol", true],
  ["o3-mini", true],
  ["o1", true],
  ["gpt-4", false],
  ["gpt-4-turbo", false],
  ["gpt-3.5-turbo", false],
  ["llama-3.3-70b", false],
  ["qwen3.8-27b", false],
  ["gemini-3-flash", false],
  ["foo3", false],
  ["o1000", false],
])("%s: %s", (family, expected) => {
  expect(isCountable({ family })).toBe(expected);
});
