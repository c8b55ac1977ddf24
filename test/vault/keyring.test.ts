import { describe, expect, it } from "vitest";
import { Keyring } from "../../src/core/app/keyring.ts";
import type { Timers } from "../../src/core/ports.ts";
import type { StoredKey } from "../../src/core/store/keys.ts";
import type { Vault } from "../../src/core/vault/vault.ts";

const key: StoredKey = {
  ...{ id: "groq-1", provider: "groq", label: null, account: "groq-1", baseUrl: null, proxy: null },
  ...{ secret: new Uint8Array([1]), last4: "beef", fingerprint: "f", createdAt: 1 },
  ...{ state: "healthy", stateDetail: null },
};

function setup() {
  let opened = 0;
  let pending: (() => void)[] = [];
  const vault = { open: () => `opened-${++opened}` } as unknown as Vault;
  const timers: Timers = {
    after(_, callback) {
      pending.push(callback);
      return { cancel() {} };
    },
  };
  const pass = () => {
    const due = pending;
    pending = [];
    for (const callback of due) callback();
  };
  const keyring = new Keyring(vault, timers);
  keyring.set(key);
  return { keyring, pass };
}

describe("an opened key", () => {
  it("is shared by the calls of one moment and then forgotten", () => {
    const { keyring, pass } = setup();
    expect(keyring.secretOf("groq-1")).toBe("opened-1");
    expect(keyring.secretOf("groq-1")).toBe("opened-1");
    pass();
    expect(keyring.secretOf("groq-1")).toBe("opened-2");
    pass();
    expect(keyring.secretOf("groq-1")).toBe("opened-3");
  });

  it("does not outlive the key, nor its replacement", () => {
    const { keyring } = setup();
    keyring.secretOf("groq-1");
    keyring.set(key);
    expect(keyring.secretOf("groq-1")).toBe("opened-2");
    keyring.remove("groq-1");
    expect(keyring.secretOf("groq-1")).toBeNull();
  });
});
