import { expect, it } from "vitest";
import { passphraseDerivation } from "../../src/core/vault/derivation.ts";
import { openVault } from "../../src/core/vault/vault.ts";
import { VaultError } from "../../src/core/vault/vault-error.ts";
import { vaultOptions } from "./setup.ts";

const KEY = "0123456789abcdef".repeat(4);
const CONTEXT = { table: "keys", row: "groq-1", provider: "groq", field: "secret" };

it("refuses a header of which any bit was flipped, with the one error class", async () => {
  const options = vaultOptions({ encryptionKey: KEY });
  await openVault(options);
  const text = options.header.text ?? "";
  const bytes = Buffer.from(text, "latin1");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const spoilt = Buffer.from(bytes);
    spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    options.header.text = spoilt.toString("latin1");
    await expect(openVault(options), `bit ${bit}`).rejects.toBeInstanceOf(VaultError);
  }
  options.header.text = text;
  expect((await openVault(options)).created).toBe(false);
});

it("refuses a header that was cut, reordered, spaced out or extended", async () => {
  const options = vaultOptions({ encryptionKey: KEY });
  await openVault(options);
  const text = options.header.text ?? "";
  const header = JSON.parse(text);
  const { version, ...rest } = header;
  const variants = [
    "",
    text.slice(0, -1),
    ` ${text}`,
    JSON.stringify({ ...rest, version }),
    JSON.stringify({ ...header, more: 1 }),
    JSON.stringify({ ...header, wrapped: header.wrapped.slice(2) }),
    JSON.stringify({ ...header, kid: 2 }),
    JSON.stringify({ ...header, salt: "0".repeat(32) }),
  ];
  for (const variant of variants) {
    options.header.text = variant;
    await expect(openVault(options), variant).rejects.toMatchObject({ code: "cannot_open" });
  }
});

it("opens with the right passphrase only, and says always the same", async () => {
  const options = vaultOptions({ choice: "passphrase", passphrase: () => "correct horse b\u00e4ttery" });
  const sealed = (await openVault(options)).seal(CONTEXT, "secret");
  expect(JSON.parse(options.header.text ?? "").derivation).toEqual(passphraseDerivation());
  const messages = new Set<string>();
  for (const wrong of [
    "correct horse battery",
    "Correct horse b\u00e4ttery",
    " correct horse b\u00e4ttery",
  ]) {
    const error = await openVault({ ...options, passphrase: () => wrong }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "cannot_open" });
    messages.add(String(error));
  }
  expect(messages.size).toBe(1);
  // The same letters, typed as other code points.
  const vault = await openVault({ ...options, passphrase: async () => "correct horse ba\u0308ttery" });
  expect(vault.open(CONTEXT, sealed)).toBe("secret");
  expect(vault.describe()).toBe("a passphrase");
  await expect(openVault({ ...options, passphrase: () => "" })).rejects.toMatchObject({
    code: "opener_missing",
  });
});

it("asks for a passphrase worth the name", async () => {
  const options = vaultOptions({ choice: "passphrase", passphrase: () => "short" });
  await expect(openVault(options)).rejects.toMatchObject({ code: "bad_key" });
  expect(options.header.text).toBeUndefined();
});

it("refuses an absurd amount of work at once, and too little of it", async () => {
  const options = vaultOptions({ choice: "passphrase", passphrase: () => "correct horse battery" });
  await openVault(options);
  const header = JSON.parse(options.header.text ?? "");
  const argon2id = { name: "argon2id", memoryKiB: 65_536, passes: 3, parallelism: 1 };
  const scrypt = { name: "scrypt", costLog2: 17, blockSize: 8, parallelism: 1 };
  const absurd = [
    { ...argon2id, memoryKiB: 8 * 1024 * 1024 },
    { ...argon2id, passes: 1_000_000 },
    { ...argon2id, parallelism: 64 },
    { ...argon2id, memoryKiB: 8 },
    { ...argon2id, passes: 2.5 },
    { ...scrypt, costLog2: 30 },
    { ...scrypt, costLog2: 10 },
    { ...scrypt, blockSize: 1_024 },
    { ...scrypt, parallelism: 1_000 },
  ];
  for (const derivation of absurd) {
    options.header.text = JSON.stringify({ ...header, derivation });
    const start = performance.now();
    await expect(openVault(options)).rejects.toMatchObject({ code: "cost_refused" });
    expect(performance.now() - start).toBeLessThan(50);
  }
  // A cheaper derivation within the limits does not open: the wrap knows how it was made.
  options.header.text = JSON.stringify({
    ...header,
    derivation: { ...argon2id, memoryKiB: 19_456, passes: 2 },
  });
  await expect(openVault(options)).rejects.toMatchObject({ code: "cannot_open" });
});
