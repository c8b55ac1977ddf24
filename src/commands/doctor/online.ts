/** Whether the providers of the keys can be reached, and whether this machine's clock is right. Sends no key. */
import type { EndpointView, KeyView } from "../../core/command.ts";
import { createOutbound } from "../../core/net/outbound.ts";
import { checkProxyUrl } from "../../core/net/proxy-url.ts";
import { systemResolver } from "../../core/net/resolver.ts";
import { classifyError } from "../../providers/classify/transport.ts";
import { providers } from "../../providers/index.ts";
import type { Context } from "../context.ts";
import { loadSettings } from "../open.ts";
import { clock } from "../ports.ts";
import { type Check, fail, ok, warn } from "./check.ts";

const PATIENCE_MS = 10_000;
/** Windows of a minute go wrong beyond this. */
const MOST_SKEW_MS = 30_000;

interface Sight {
  name: string;
  /** Epoch milliseconds of its clock minus ours; null where it told no time. */
  skewMs: number | null;
  /** Why it could not be reached; null when it was. */
  problem: string | null;
}

export async function onlineChecks(
  context: Context,
  keys: readonly KeyView[],
  endpoints: readonly EndpointView[],
): Promise<Check[]> {
  const places = new Map<string, string>();
  for (const { provider, baseUrl } of keys) {
    const known = providers.find(provider) ?? endpoints.find(({ id }) => id === provider);
    const url = baseUrl ?? known?.baseUrl;
    if (url !== undefined) places.set(url, provider);
  }
  const { proxy } = loadSettings(context);
  const checked = proxy === "" ? null : checkProxyUrl(proxy);
  const outbound = createOutbound({
    clock,
    resolver: systemResolver(),
    trusted: providers.all().map(({ baseUrl }) => baseUrl),
    proxy: checked !== null && "url" in checked ? checked.url : null,
  });
  const sights = await Promise.all(
    [...places].map(async ([url, name]): Promise<Sight> => {
      const before = clock.now();
      try {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const reply = await outbound.send({ url, method: "GET", headers: {}, signal });
        void reply.reader().cancel();
        const told = Date.parse(reply.headers.get("date") ?? "");
        // The header has whole seconds, cut off; the reply was written between our two looks.
        const here = (before + clock.now()) / 2;
        return { name, skewMs: Number.isNaN(told) ? null : told + 500 - here, problem: null };
      } catch (error) {
        const { message } = classifyError({ name }, error);
        return { name, skewMs: null, problem: message.replace(`${name}: `, "") };
      }
    }),
  );
  return [...sights.flatMap(reachCheck), skewCheck(sights)];
}

function reachCheck({ name, problem }: Sight): Check[] {
  if (problem === null) return [ok("reach", `${name} can be reached.`)];
  const remedy = "See to the network, or set a proxy: freellm config edit (proxy)";
  return [fail("reach", `${name} cannot be reached: ${problem}.`, remedy)];
}

/** The middle of what all say: one provider's clock may be wrong, too. */
function skewCheck(sights: readonly Sight[]): Check {
  const skews = sights.flatMap(({ skewMs }) => skewMs ?? []).sort((one, other) => one - other);
  const skew = skews[Math.floor(skews.length / 2)];
  if (skew === undefined) return ok("clock", "Nobody told the time, so the clock was not checked.");
  const seconds = Math.round(Math.abs(skew) / 1000);
  if (Math.abs(skew) <= MOST_SKEW_MS) return ok("clock", "The clock of this machine is right.");
  return warn(
    "clock",
    `The clock of this machine is ${seconds} s ${skew > 0 ? "behind" : "ahead"}: limits are counted in the wrong windows.`,
    "Set it, best by NTP.",
  );
}
