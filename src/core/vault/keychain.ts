/** The operating system's keychain, through Bun. */
import type { Random, Timers } from "../ports.ts";

/** Rejects where there is no keychain, or it is locked. */
export interface Keychain {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

const SERVICE = "freellm";
/** A keychain may ask the user to unlock it; where nobody sits in front of it that question never ends. */
const PROBE_MS = 3_000;

/** null where this runtime has none. Bun.secrets may be there and still throw: probe it. */
export function systemKeychain(): Keychain | null {
  const secrets = typeof Bun === "undefined" ? undefined : Bun.secrets;
  if (!secrets) return null;
  return {
    get: (name) => secrets.get({ service: SERVICE, name }),
    set: (name, value) => secrets.set({ service: SERVICE, name, value }),
    delete: async (name) => {
      await secrets.delete({ service: SERVICE, name });
    },
  };
}

/** Whether the keychain keeps and gives back a value now, and takes no longer than a moment for it. */
export async function keychainWorks(keychain: Keychain, random: Random, timers: Timers): Promise<boolean> {
  const value = Buffer.from(random.bytes(16)).toString("hex");
  const name = `probe-${value.slice(0, 8)}`;
  const tryIt = async () => {
    await keychain.set(name, value);
    const same = (await keychain.get(name)) === value;
    await keychain.delete(name);
    return same;
  };
  return withTimeout(tryIt(), timers).catch(() => false);
}

async function withTimeout(work: Promise<boolean>, timers: Timers): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = timers.after(PROBE_MS, () => resolve(false));
  try {
    return await Promise.race([work, promise]);
  } finally {
    timer.cancel();
  }
}
