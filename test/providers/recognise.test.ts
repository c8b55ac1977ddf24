/** Whose key a pasted text is. All keys are made up. */
import { describe, expect, test } from "vitest";
import { providers } from "../../src/providers/index.ts";

const HEX = "0123456789abcdef0123456789abcdef";
const UUID = "01234567-89ab-cdef-0123-456789abcdef";
const LETTERS = "madeupmadeupmadeupmadeupmadeupmadeupmadeup";
const MIXED = "madeup0000".repeat(8);

function outcome(key: string): unknown {
  const found = providers.recognise(key);
  switch (found.kind) {
    case "certain":
      return found.provider.id;
    case "ambiguous":
      return found.candidates.map(({ id }) => id).sort();
    case "refused":
      return `refused by ${found.provider.id}`;
    case "unknown":
      return null;
  }
}

describe("a pasted key is certain", () => {
  test.each([
    ["groq", `gsk_${MIXED.slice(0, 52)}`],
    ["cerebras", `csk-${MIXED.slice(0, 48)}`],
    ["openrouter", `sk-or-v1-${HEX}${HEX}`],
    ["nvidia", `nvapi-${MIXED.slice(0, 64)}`],
    ["huggingface", `hf_${MIXED.slice(0, 34)}`],
    ["github", `github_pat_${MIXED.slice(0, 70)}`],
    ["github", `ghp_${MIXED.slice(0, 36)}`],
    ["github", `gho_${MIXED.slice(0, 36)}`],
    ["github", `ghu_${MIXED.slice(0, 36)}`],
    ["github", `ghs_${MIXED.slice(0, 36)}`],
    ["github", `ghr_${MIXED.slice(0, 36)}`],
    ["cloudflare", `cfut_${MIXED.slice(0, 40)}`],
    ["cloudflare", `cfat_${MIXED.slice(0, 40)}`],
    ["cloudflare", `${HEX}:cfut_${MIXED.slice(0, 40)}`],
    ["cloudflare", `${HEX}:${MIXED.slice(0, 40)}`],
    ["cloudflare", `${HEX}|${MIXED.slice(0, 40)}`],
    ["cloudflare", `${HEX}/${MIXED.slice(0, 40)}`],
    ["xfyun", `${MIXED.slice(0, 20)}:${MIXED.slice(20, 40)}`],
    ["chutes", `cpk_${MIXED.slice(0, 32)}.${MIXED.slice(0, 32)}`],
    ["fireworks", `fw_${MIXED.slice(0, 24)}`],
    ["together", `tgp_v1_${MIXED.slice(0, 43)}`],
    ["orcarouter", `sk-orca-${MIXED.slice(0, 32)}`],
    ["qianfan", `bce-v3/ALTAK-${MIXED.slice(0, 21)}/${HEX}01234567`],
    ["modelscope", `ms-${UUID}`],
    ["pollinations", `pk_${MIXED.slice(0, 16)}`],
    ["pollinations", `sk_${MIXED.slice(0, 32)}`],
  ])("%s: %s", (id, key) => {
    expect(outcome(key)).toBe(id);
    expect(outcome(` ${key}\n`)).toBe(id);
    // What names the provider also looks like a key of it.
    expect(key).toMatch(new RegExp(providers.find(id)?.keyPattern ?? "^$"));
  });

  test("by a distinctive prefix even when the rest has another shape than known", () => {
    expect(outcome("gsk_new")).toBe("groq");
    expect(outcome("nvapi-new")).toBe("nvidia");
  });

  test("for every prefix that a provider claims", () => {
    const named = providers.all().flatMap(({ keyPrefixes }) => keyPrefixes);
    expect(named.length).toBeGreaterThan(20);
    for (const provider of providers.all()) {
      for (const prefix of provider.keyPrefixes.filter((text) => text.length > 3)) {
        expect(outcome(`${prefix}${MIXED}`)).toBe(provider.id);
      }
    }
  });
});

describe("a pasted key is ambiguous", () => {
  test.each<[string, string, string[]]>([
    ["32 letters and digits", MIXED.slice(0, 32), ["mistral"]],
    ["40 letters and digits", MIXED.slice(0, 40), ["cloudflare", "cohere"]],
    ["an id and 16 characters", `${HEX}.${MIXED.slice(0, 16)}`, ["zhipu"]],
    ["an id and more characters", `${HEX}.${MIXED.slice(0, 24)}`, ["ollama"]],
    ["a bare UUID", UUID, ["modelscope", "sambanova", "volcengine"]],
    ["sk- and anything", `sk-${MIXED.slice(0, 40)}`, ["opencode"]],
    ["sk- and small letters", `sk-${LETTERS}`, ["opencode", "siliconflow"]],
    ["a JSON web token", "eyJmYWtl.eyJmYWtl.ZmFrZQ", ["kilo", "ovh"]],
    ["ak_", `ak_${MIXED.slice(0, 24)}`, ["longcat"]],
  ])("%s", (_, key, candidates) => expect(outcome(key)).toEqual(candidates));
});

describe("a pasted key is refused", () => {
  test.each([`cfk_${MIXED.slice(0, 40)}`, `${HEX}:cfk_${MIXED.slice(0, 40)}`])("%s", (key) => {
    const found = providers.recognise(key);
    expect(outcome(key)).toBe("refused by cloudflare");
    expect(found.kind === "refused" && found.why).toContain("Global API Key");
  });
});

describe("a pasted key is unknown", () => {
  test.each([
    "",
    "gsk_",
    "hello",
    "sk_live_made_up_0000000000000000",
    "hf_short",
    "ms-no-uuid",
    `${MIXED}x:`,
  ])("%j", (key) => expect(outcome(key)).toBeNull());
});
