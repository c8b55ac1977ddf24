import { describe, expect, it } from "vitest";
import type { SealContext } from "../../src/core/vault/record.ts";
import { openVault, type Vault } from "../../src/core/vault/vault.ts";
import { VaultError } from "../../src/core/vault/vault-error.ts";
import { vaultOptions } from "./setup.ts";

const SECRET = "gsk_made-up-and-never-valid-0123456789";

function place(row: string, more: Partial<SealContext> = {}): SealContext {
  return { table: "keys", row, provider: "groq", field: "secret", ...more };
}

/** The error that opening gives; fails when it opens. */
function refusal(vault: Vault, context: SealContext, sealed: Uint8Array): unknown {
  try {
    vault.open(context, sealed);
  } catch (error) {
    return error;
  }
  throw new Error("it opened");
}

function expectUniform(error: unknown): void {
  expect(error).toBeInstanceOf(VaultError);
  expect(error).toMatchObject({
    code: "cannot_open",
    message: expect.stringMatching(/^The vault does not open/),
  });
  expect(String(error)).not.toContain("gsk_");
}

describe("a sealed record", () => {
  it("opens where it was sealed, whatever the text, and never seals twice alike", async () => {
    const vault = await openVault(vaultOptions());
    for (const text of ["", "x", SECRET, "\u0000\u{1f511} ключ", "k".repeat(100_000)]) {
      const sealed = vault.seal(place("groq-1"), text);
      expect(vault.open(place("groq-1"), sealed)).toBe(text);
      expect(vault.seal(place("groq-1"), text)).not.toEqual(sealed);
    }
  });

  it("is refused after any of its bits was flipped", async () => {
    const vault = await openVault(vaultOptions());
    let flips = 0;
    for (let number = 1; number <= 10; number++) {
      const context = place(`groq-${number}`);
      const sealed = vault.seal(context, `${SECRET}${number}`);
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const spoilt = Uint8Array.from(sealed);
        spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expectUniform(refusal(vault, context, spoilt));
        flips++;
      }
    }
    expect(flips).toBeGreaterThan(5_000);
  });

  it("is refused when cut at any length, tags of 4, 8, 12 and 15 bytes among them", async () => {
    const vault = await openVault(vaultOptions());
    const sealed = vault.seal(place("groq-1"), SECRET);
    for (let length = 0; length < sealed.length; length++) {
      expectUniform(refusal(vault, place("groq-1"), sealed.subarray(0, length)));
    }
    expectUniform(refusal(vault, place("groq-1"), Uint8Array.from([...sealed, 0])));
  });

  it("is refused in another row, table, field or provider, also when the parts only join alike", async () => {
    const vault = await openVault(vaultOptions());
    const contexts = [
      place("groq-1"),
      place("groq-2"),
      place("groq-1", { provider: "mistral" }),
      place("groq-1", { table: "settings" }),
      place("groq-1", { field: "label" }),
      place("groq-1", { table: "key", row: "sgroq-1" }),
      place("groq-1g", { provider: "roq" }),
    ];
    const sealed = contexts.map((context) => vault.seal(context, SECRET));
    for (const [row, context] of contexts.entries()) {
      for (const [other, record] of sealed.entries()) {
        if (row === other) expect(vault.open(context, record)).toBe(SECRET);
        else expectUniform(refusal(vault, context, record));
      }
    }
  });

  it("is refused by another vault and by a closed one", async () => {
    const vault = await openVault(vaultOptions());
    const sealed = vault.seal(place("groq-1"), SECRET);
    expectUniform(refusal(await openVault(vaultOptions()), place("groq-1"), sealed));
    vault.close();
    expect(refusal(vault, place("groq-1"), sealed)).toBeInstanceOf(VaultError);
    expect(() => vault.seal(place("groq-1"), SECRET)).toThrow(VaultError);
  });
});

describe("fingerprints", () => {
  it("agree for equal secrets of one vault only", async () => {
    const options = vaultOptions();
    const vault = await openVault(options);
    const fingerprint = vault.fingerprint(SECRET);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect((await openVault(options)).fingerprint(SECRET)).toBe(fingerprint);
    expect(vault.fingerprint(`${SECRET}x`)).not.toBe(fingerprint);
    expect((await openVault(vaultOptions())).fingerprint(SECRET)).not.toBe(fingerprint);
  });
});
