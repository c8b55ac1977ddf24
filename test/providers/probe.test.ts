/** Where each provider's key is tried, and who is told of it. All keys are made up. */

import { describe, expect, test } from "vitest";
import { type ProbePorts, probeKey } from "../../src/core/app/probe.ts";
import type { OutboundRequest } from "../../src/core/ports.ts";
import { providers } from "../../src/providers/index.ts";
import { byteReader } from "../net/byte-reader.ts";
import { NOW, providerNamed } from "./support.ts";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const TOKEN = "madeup0000madeup0000madeup0000madeup0000";

/** Asks about one key at a provider that answers everything with this status. */
async function probed(name: string, secret: string | null, baseUrl: string | null, status = 200) {
  const sent: OutboundRequest[] = [];
  const ports: ProbePorts = {
    providers,
    clock: { now: () => NOW, monotonic: () => 0 },
    timers: { after: () => ({ cancel() {} }) },
    publicLists: new Map(),
    outbound: {
      async send(request) {
        sent.push(request);
        return {
          status,
          headers: new Headers(),
          text: async () => "{}",
          reader: () => byteReader(new Blob(["{}"]).stream().getReader()),
        };
      },
    },
  };
  const result = await probeKey(ports, providerNamed(name), secret, baseUrl);
  const [first] = sent;
  if (first === undefined) throw new Error("nothing was sent");
  return { result, sent, first, url: new URL(first.url).href };
}

describe.each(providers.all().map((provider) => [provider.id, provider] as const))("%s", (id, provider) => {
  const secret = provider.credential === "account_and_token" ? `${ACCOUNT}:${TOKEN}` : TOKEN;

  test("is asked by https at a host of its own, with the key in a header alone", async () => {
    const { url, first } = await probed(id, secret, null);
    const own = [provider.baseUrl, provider.probe.host ?? provider.baseUrl];
    expect(own.map((text) => new URL(text).origin)).toContain(new URL(url).origin);
    expect(url).not.toContain(TOKEN);
    expect(url).not.toContain("{");
    expect(first.body ?? "").not.toContain(TOKEN);
    expect(Object.values(first.headers).filter((value) => value.includes(TOKEN))).toHaveLength(1);
  });

  test("tells a key with an address of its own to that address alone", async () => {
    const { sent } = await probed(id, secret, "https://relay.example/v1");
    for (const { url } of sent) expect(new URL(url).origin).toBe("https://relay.example");
  });

  test("takes an answer that is neither good nor bad for what it is", async () => {
    expect((await probed(id, secret, null, 503)).result.result).toBe("inconclusive");
  });
});

describe("addresses that are not below the base URL", () => {
  test.each([
    ["cloudflare", `https://api.cloudflare.com/client/v4/accounts/${ACCOUNT}/ai/models/search?per_page=1`],
    ["huggingface", "https://huggingface.co/api/whoami-v2"],
    ["ollama", "https://ollama.com/api/me"],
    ["pollinations", "https://gen.pollinations.ai/account/key"],
  ])("%s", async (id, expected) => {
    const secret = id === "cloudflare" ? `${ACCOUNT}:${TOKEN}` : TOKEN;
    expect((await probed(id, secret, null)).url).toBe(expected);
  });
});

test("a host that answers any key proves none good", async () => {
  expect((await probed("aihorde", TOKEN, null)).result.result).toBe("inconclusive");
  expect((await probed("nara", TOKEN, null)).sent.length).toBeGreaterThan(1);
});

test("AI Horde gets the documented key of nobody, or the user's own", async () => {
  expect((await probed("aihorde", null, null)).first.headers.authorization).toBe("Bearer 0000000000");
  expect((await probed("aihorde", TOKEN, null)).first.headers.authorization).toBe(`Bearer ${TOKEN}`);
});
