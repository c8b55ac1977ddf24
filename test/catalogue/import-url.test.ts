/** Catalogues by URL: only https, no redirects, a bounded size, the signature beside it; nothing else is called. */

import { describe, expect, it } from "vitest";
import { ModelImport } from "../../src/core/app/model-import.ts";
import { Registry } from "../../src/core/app/registry.ts";
import { newSigningKey, signatureLine } from "../../src/core/app/signature.ts";
import type { OutboundRequest } from "../../src/core/ports.ts";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { RouterState } from "../../src/core/route/state.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { openStore } from "../../src/core/store/store.ts";
import { providers } from "../../src/providers/index.ts";
import { byteReader } from "../net/byte-reader.ts";
import { clock, timers } from "../store/ports.ts";

const key = newSigningKey();
const row = { id: "new", source: "test", as_of: "2099-01-01", status: "active" };
const providerRows = { groq: { models: [row] } };
const DOCUMENT = JSON.stringify({ schema: 1, issued: "2099-01-01T00:00:00Z", providers: providerRows });
const LINE = signatureLine(DOCUMENT, key.privateKey);

async function importing(replies: Record<string, { status?: number; text?: string }>) {
  const store = openStore({ database: await openSqljsDatabase(), timers });
  const asked: OutboundRequest[] = [];
  const events: RouterEvent[] = [];
  const catalogues = new ModelImport({
    store,
    clock,
    timers,
    providers,
    registry: new Registry(providers),
    state: new RouterState(),
    modelOverrides: () => new Map(),
    record: (event) => events.push(event),
    outbound: {
      async send(request) {
        asked.push(request);
        const { status = 200, text = "" } = replies[request.url] ?? { status: 404 };
        return {
          status,
          headers: new Headers(),
          text: async (most) => {
            if (text.length > most) throw new Error(`The reply is larger than ${most} bytes.`);
            return text;
          },
          reader: () => byteReader(new Blob([text]).stream().getReader()),
        };
      },
    },
  });
  const bring = (url: string) =>
    catalogues.run({ type: "models-import", url, key: key.publicKey, apply: true });
  return { bring, store, events, asked: () => asked.map(({ url }) => url) };
}

const URL_ = "https://example.com/c.json";

describe("a catalogue by URL", () => {
  it("holds its signature, or has it beside", async () => {
    const inside = await importing({ [URL_]: { text: `${LINE}\n${DOCUMENT}` } });
    expect(await inside.bring(URL_)).toMatchObject({ catalogue: { signer: key.publicKey, applied: true } });
    expect(inside.asked()).toEqual([URL_]);
    expect(inside.events.map(({ type }) => type)).toEqual(["provider-set"]);
    const beside = await importing({ [URL_]: { text: DOCUMENT }, [`${URL_}.sig`]: { text: `${LINE}\n` } });
    await beside.bring(URL_);
    expect(beside.asked()).toEqual([URL_, `${URL_}.sig`]);
    expect(beside.store.catalogues.current()?.document).toBe(DOCUMENT);
  });

  it.each([
    "http://example.com/c.json",
    "file:///etc/passwd",
    "data:application/json,{}",
    "https://169.254.169.254/c.json",
    "https://metadata.google.internal/c.json",
    "https://",
  ])("is not fetched from %s", async (url) => {
    const { bring, asked } = await importing({});
    await expect(bring(url)).rejects.toMatchObject({ code: "url_refused" });
    expect(asked()).toEqual([]);
  });

  it.each([
    [{ status: 302 }, "HTTP 302"],
    [{ status: 404 }, "HTTP 404"],
    [{ text: "x".repeat(600_000) }, "larger"],
  ])("that answers with %j is told", async (reply, why) => {
    const { bring, store } = await importing({ [URL_]: reply });
    await expect(bring(URL_)).rejects.toMatchObject({
      code: "not_fetched",
      message: expect.stringContaining(why),
    });
    expect(store.catalogues.current()).toBeUndefined();
  });
});
