/** Asks a provider what is used of an account's limits, by whomever, and tells the state. */
import type { ProviderSpec, UsageObservation } from "../provider.ts";
import type { KeyId, RouterEvent } from "../route/event.ts";
import { openCredential } from "../serve/credential.ts";
import type { KeyHost } from "./key-commands/host.ts";
import { question } from "./probe.ts";
import { throughProxy } from "./through-proxy.ts";

/** Whether anything was told; `refused` is called where the key itself was. Never rejects. */
export async function askUsage(app: KeyHost, keyId: KeyId, refused: () => void): Promise<boolean> {
  const askedAt = app.clock.now();
  try {
    const key = app.store.keys.find(keyId);
    const provider = key && app.registry.find(key.provider);
    if (!key?.secret || !provider?.usage) return false;
    const credential = openCredential(provider, key.baseUrl, app.secretOf(keyId));
    const ports = throughProxy(app, app.proxyOf(keyId));
    const { status, body } = await question(
      ports,
      provider,
      { ...provider.usage, method: "GET" },
      credential,
    );
    // The key may have been removed or replaced meanwhile.
    if (app.store.keys.find(keyId)?.fingerprint !== key.fingerprint) return false;
    if (status === 401) refused();
    const told = status === 200 ? app.providers.readUsage(provider.usage, body, app.clock.now()) : [];
    return tellUsage(app, provider, keyId, told, askedAt);
  } catch (error) {
    app.log.info("what is used of a key's limits could not be asked", { keyId, error: String(error) });
    return false;
  }
}

/** `askedAt`: calls since then, or a little before, may be missing in what was told. Whether anything was. */
export function tellUsage(
  app: Pick<KeyHost, "state" | "clock" | "record">,
  { usage }: ProviderSpec,
  keyId: KeyId,
  observations: readonly UsageObservation[],
  askedAt: number,
): boolean {
  if (observations.length === 0) return false;
  const at = app.clock.now();
  const account = app.state.catalogue.keys.get(keyId)?.account ?? "";
  const isLate = app.state.lastCalls.at(account, at) > askedAt - (usage?.lagMs ?? 0);
  app.record({ type: "usage-observed", keyId, at, observations, isLate } satisfies RouterEvent);
  return true;
}
