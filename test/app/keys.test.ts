/** Keys in a whole application over real sockets: which host they are at home, and what a list of models proves. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Application } from "../../src/core/app.ts";
import type { KeyView, ProbeView } from "../../src/core/command.ts";
import { resolveSettings } from "../../src/core/config/resolve.ts";
import { createOutbound } from "../../src/core/net/outbound.ts";
import { systemResolver } from "../../src/core/net/resolver.ts";
import type { ProviderSpec, Providers } from "../../src/core/provider.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { openStore } from "../../src/core/store/store.ts";
import { openVault } from "../../src/core/vault/vault.ts";
import { groq } from "../../src/providers/groq.ts";
import { providers } from "../../src/providers/index.ts";
import { type KeyHost, startKeyHost } from "../commands/key-host.ts";
import { clock, random, timers } from "../store/ports.ts";
import { HeaderSlot } from "../vault/setup.ts";

const SECRET = "sk-made-up-0000-1111";
const MADE_UP = "0".repeat(40);

let here: KeyHost;
let there: KeyHost;
let opened: Application[] = [];

beforeEach(async () => {
  [here, there] = await Promise.all([startKeyHost(), startKeyHost()]);
});
afterEach(async () => {
  for (const application of opened) application.close();
  opened = [];
  await Promise.all([here.stop(), there.stop()]);
});

/** An application that knows one provider. */
async function applicationWith(spec: ProviderSpec): Promise<Application> {
  const { settings } = resolveSettings({ flags: {}, environment: {}, toml: undefined });
  const vault = await openVault({
    ...{ header: new HeaderSlot(), sealedRecords: false, keyFile: "", keychain: null, random, timers },
    encryptionKey: "ab".repeat(32),
  });
  const known: Providers = {
    ...providers,
    all: () => [spec],
    find: (id) => (id === spec.id ? spec : undefined),
  };
  const application = new Application({
    store: openStore({ database: await openSqljsDatabase(), timers }),
    ...{ vault, providers: known, clock, timers, random, limits: settings, version: "test" },
    outbound: createOutbound({ clock, resolver: systemResolver() }),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    preferences: {
      strategy: "balanced",
      weights: { quality: 0, success: 0, speed: 0, quota: 0 },
      profiles: {},
      aliases: {},
      private: false,
    },
    probeIntervalMs: 0,
    hash: (text, seed) => Bun.hash.xxHash64(text, seed),
  });
  opened.push(application);
  return application;
}

const plain = (): ProviderSpec => ({ ...groq, baseUrl: here.baseUrl, keyPattern: null, keyPrefixes: [] });
const twoHosts = (): ProviderSpec => ({ ...plain(), otherBaseUrls: [there.baseUrl] });
const doubtful = (): ProviderSpec => ({ ...plain(), probe: { ...groq.probe, control: true } });

async function add(
  application: Application,
  more: { test?: boolean; baseUrl?: string } = {},
): Promise<KeyView> {
  const reply = await application.execute({ type: "key-add", provider: "groq", secret: SECRET, ...more });
  if (reply.type !== "key") throw new Error("no key");
  return reply.key;
}

async function test(application: Application): Promise<ProbeView | undefined> {
  const reply = await application.execute({ type: "key-test", id: "groq-1" });
  return reply.type === "probes" ? reply.probes[0] : undefined;
}

describe("a provider with two hosts", () => {
  it("is asked at one after the other, and the one that accepts the key is remembered", async () => {
    there.accepted.add(SECRET);
    const application = await applicationWith(twoHosts());
    expect(await add(application)).toMatchObject({ baseUrl: there.baseUrl, state: "healthy" });
    expect(here.calls).toEqual([`GET /v1/models ${SECRET}`]);
    expect(application.baseUrlOf("groq-1")).toBe(there.baseUrl);
    expect(await test(application)).toMatchObject({ result: "valid" });
    expect(here.calls).toHaveLength(1);
    await expect(add(application)).rejects.toMatchObject({ code: "duplicate_key" });
    expect(here.calls).toHaveLength(1);
  });

  it("is not asked further once the first host accepts", async () => {
    here.accepted.add(SECRET);
    expect(await add(await applicationWith(twoHosts()))).toMatchObject({ baseUrl: null, state: "healthy" });
    expect(there.calls).toEqual([]);
  });

  it("gets no key that both refuse, and one that neither could judge", async () => {
    const application = await applicationWith(twoHosts());
    await expect(add(application)).rejects.toMatchObject({ code: "key_invalid" });
    expect(application.keyViews()).toEqual([]);
    there.broken = 503;
    expect(await add(application)).toMatchObject({ baseUrl: null, state: "unknown" });
  });

  it.each([
    ["the user says no", { test: false }],
    ["the user names the address", {}],
  ])("is not asked where %s", async (_why, more) => {
    const application = await applicationWith(twoHosts());
    await add(application, "test" in more ? more : { baseUrl: there.baseUrl });
    expect([...here.calls, ...there.calls]).toEqual([]);
  });

  it("moves a rotated key to the host where the new secret is at home", async () => {
    here.accepted.add(SECRET);
    const application = await applicationWith(twoHosts());
    await add(application);
    there.accepted.add("sk-made-up-2222");
    await application.execute({ type: "key-rotate", id: "groq-1", secret: "sk-made-up-2222" });
    expect(application.baseUrlOf("groq-1")).toBe(there.baseUrl);
    expect(application.secretOf("groq-1")).toBe("sk-made-up-2222");
  });
});

describe("a list of models that may be open to anybody", () => {
  it("proves a key where a made-up one is refused, which is tried once a host", async () => {
    here.accepted.add(SECRET);
    const application = await applicationWith(doubtful());
    await add(application);
    expect(await test(application)).toMatchObject({ result: "valid", hint: null });
    expect(await test(application)).toMatchObject({ result: "valid" });
    expect(here.calls).toEqual([
      `GET /v1/models ${SECRET}`,
      `GET /v1/models ${MADE_UP}`,
      `GET /v1/models ${SECRET}`,
    ]);
  });

  it("proves nothing where everybody gets it: one token is asked for", async () => {
    here.publicList = true;
    const application = await applicationWith(doubtful());
    await add(application);
    expect(await test(application)).toMatchObject({
      result: "invalid",
      hint: expect.stringContaining("freellm keys rotate groq-1"),
    });
    expect(here.calls.at(-1)).toBe(`POST /v1/chat/completions ${SECRET}`);
    here.accepted.add(SECRET);
    expect(await test(application)).toMatchObject({ result: "valid" });
    expect(here.calls.filter((call) => call.endsWith(MADE_UP))).toHaveLength(1);
  });
});

describe("a test that proves nothing", () => {
  it.each([500, 503, 403, 404, 418])("changes nothing (HTTP %i), and says so", async (status) => {
    here.accepted.add(SECRET);
    const application = await applicationWith(plain());
    await add(application);
    await test(application);
    here.broken = status;
    const probe = await test(application);
    expect(probe).toMatchObject({ result: "inconclusive", hint: expect.any(String) });
    expect(application.keyView("groq-1").state).toBe("healthy");
  });

  it("says of a provider that is down that the key is not to blame", async () => {
    const application = await applicationWith(plain());
    await add(application);
    await here.stop();
    const probe = await test(application);
    expect(probe).toMatchObject({ result: "inconclusive" });
    expect(probe?.hint).toContain("Groq is down or cannot be reached; the key stays in use");
    expect(application.keyView("groq-1").state).toBe("unknown");
    here = await startKeyHost();
  });
});
