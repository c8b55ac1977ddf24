/** Signed catalogues: nothing is read of what is not signed by somebody trusted, and nothing in one changes where calls go. */
import { describe, expect, it } from "vitest";
import { parseCatalogue } from "../../src/core/app/catalogue.ts";
import { newSigningKey, signatureLine, verifySigned } from "../../src/core/app/signature.ts";

const key = newSigningKey();
const other = newSigningKey();
const DOCUMENT = '{"schema":1,"issued":"2026-11-24T00:00:00Z","providers":{}}\n';

describe("a signature", () => {
  const line = signatureLine(DOCUMENT, key.privateKey);

  it("holds in the document and beside it, for the key that is trusted", () => {
    const expected = { document: DOCUMENT, signer: key.publicKey };
    expect(verifySigned(`${line}\n${DOCUMENT}`, null, [key.publicKey])).toEqual(expected);
    expect(verifySigned(DOCUMENT, `${line}\n`, [other.publicKey, key.publicKey])).toEqual(expected);
  });

  it("of somebody else is not even checked", () => {
    expect(verifySigned(`${line}\n${DOCUMENT}`, null, [other.publicKey])).toMatchObject({
      error: "untrusted",
    });
    expect(verifySigned(`${line}\n${DOCUMENT}`, null, [])).toMatchObject({ error: "untrusted" });
  });

  it("does not hold for a single other byte, nor under another name", () => {
    const trusted = [key.publicKey, other.publicKey];
    for (const changed of [`${DOCUMENT} `, DOCUMENT.replace("24", "25"), DOCUMENT.trim(), ""]) {
      expect(verifySigned(`${line}\n${changed}`, null, trusted)).toMatchObject({ error: "forged" });
    }
    const renamed = line.replace(key.publicKey, other.publicKey);
    expect(verifySigned(`${renamed}\n${DOCUMENT}`, null, trusted)).toMatchObject({ error: "forged" });
  });

  it.each([
    "",
    "{",
    DOCUMENT,
    "freellm-catalogue 1 ed25519:AAAA BBBB\n{}",
    `freellm-catalogue 2${line.slice(19)}\n${DOCUMENT}`,
  ])("is missing in %j", (text) => {
    expect(verifySigned(text, null, [key.publicKey])).toMatchObject({ error: "unsigned" });
  });
});

describe("a document", () => {
  const row = { id: "x", source: "s", as_of: "2026-11-24" };
  const withProvider = (provider: unknown) =>
    parseCatalogue(
      JSON.stringify({ schema: 1, issued: "2026-11-24T00:00:00Z", providers: { groq: provider } }),
    );
  const withRow = (more: Record<string, unknown>) => withProvider({ models: [{ ...row, ...more }] });

  it("is read, with what it does not say left out", () => {
    const limits = [{ scope: "account", pool: null, metric: "requests", window: "day", cap: 5 }];
    const catalogue = withRow({ context: 100, limits });
    if ("error" in catalogue) throw new Error(catalogue.error);
    expect(catalogue.providers.get("groq")?.models).toEqual([
      {
        id: "x",
        source: "s",
        asOf: "2026-11-24",
        contextWindow: 100,
        limits: [{ ...limits[0], reset: "sliding", source: "documented" }],
      },
    ]);
  });

  it.each([
    ["an address", { base_url: "https://evil.example" }],
    ["an address as we spell it", { baseUrl: "https://evil.example" }],
    ["a quirk", { quirks: { headers: { host: "evil.example" } } }],
    ["headers", { headers: {} }],
    ["a dialect", { dialect: "gemini" }],
    ["a probe", { probe: { path: "/" } }],
    ["a header of the key", { auth: "x-goog-api-key" }],
  ])("with %s at a provider or a model is refused", (_, fields) => {
    expect(withProvider(fields)).toMatchObject({ error: expect.stringContaining("providers.groq") });
    expect(withRow(fields)).toHaveProperty("error");
  });

  it.each([
    "",
    "../chat",
    "a/../b",
    "/a",
    "a//b",
    "a?b",
    "a#b",
    "a b",
    "a%2fb",
    "a\\b",
    "a\nb",
    "..",
    "x".repeat(201),
  ])("with the model id %j is refused", (id) => {
    expect(withRow({ id })).toHaveProperty("error");
  });

  it.each([
    { limits: [{ scope: "account", pool: null, metric: "requests", window: "day", cap: 0 }] },
    { limits: [{ scope: "account", pool: null, metric: "requests", window: "day", cap: 1.5 }] },
    {
      limits: [
        {
          scope: "account",
          pool: null,
          metric: "requests",
          window: "day",
          cap: 1,
          reset: { zone: "Mars/X" },
        },
      ],
    },
    { as_of: "soon" },
    { context: -1 },
    { status: "free" },
  ])("with %j is refused", (fields) => {
    expect(withRow(fields)).toHaveProperty("error");
  });

  it.each(["", "null", "[]", "{}", '{"schema":2,"issued":"2026-11-24T00:00:00Z","providers":{}}'])(
    "%j is none",
    (text) => {
      expect(parseCatalogue(text)).toHaveProperty("error");
    },
  );
});
