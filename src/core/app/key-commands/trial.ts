/** Asks a provider about a key before it is kept. */
import { CommandError } from "../../command.ts";
import type { ProviderSpec } from "../../provider.ts";
import { type ProbePorts, type ProbeResult, probeKey } from "../probe.ts";
import { signUpHint } from "./accept.ts";

export interface Trial {
  /** The address that belongs to the key; null for the provider's own. */
  baseUrl: string | null;
  result: ProbeResult["result"];
  detail: string;
  usage?: ProbeResult["usage"];
}

/**
 * Probes the hosts at which the key may be at home, one after the other, until one accepts it: the address that the user gave,
 * else all hosts of this provider, never anybody else's. Throws CommandError when all of them refuse it.
 */
export async function tryKey(
  ports: ProbePorts,
  provider: ProviderSpec,
  secret: string,
  baseUrl: string | null,
): Promise<Trial> {
  const hosts: (string | null)[] = baseUrl === null ? [null, ...provider.otherBaseUrls] : [baseUrl];
  let doubtful: Trial | null = null;
  let refusal = "";
  for (const host of hosts) {
    const { result, detail, usage } = await probeKey(ports, provider, secret, host);
    if (result === "valid") return { baseUrl: host, result, detail, usage };
    if (result === "invalid") refusal ||= detail;
    else doubtful ??= { baseUrl, result, detail };
  }
  if (doubtful) return doubtful;
  throw new CommandError(
    "key_invalid",
    `${provider.name} refuses this key (${refusal}).`,
    [
      "It is mistyped, incomplete, revoked or expired; nothing was changed.",
      ...(signUpHint(provider) ?? "").split("\n").filter(Boolean),
      "To keep it all the same: --no-test",
    ].join("\n"),
  );
}
