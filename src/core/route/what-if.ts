/** `groq.tpm=30000`, `groq-2=disabled`, `groq/llama=disabled`, `strategy=smart`: what might have been otherwise, as events. Pure. */
import type { RouterEvent } from "./event.ts";
import type { LimitMetric, LimitWindow } from "./limits.ts";
import { STRATEGIES } from "./preferences.ts";
import type { Change } from "./replay.ts";
import type { RouterState } from "./state.ts";

const CAPS: Readonly<Record<string, { metric: LimitMetric; window: LimitWindow }>> = {
  rpm: { metric: "requests", window: "minute" },
  rpd: { metric: "requests", window: "day" },
  tpm: { metric: "tokens", window: "minute" },
  tpd: { metric: "tokens", window: "day" },
};

/** What can be written, for the error of one who wrote something else. */
export const WHAT_IF_FORMS =
  "<provider>.<rpm|rpd|tpm|tpd>=<number>, <key id>=disabled, <model>=disabled, strategy=<name>; several with commas between them";

/** null for a text that means nothing in this state. */
export function whatIf(text: string, state: RouterState): Change | null {
  const changes = text.split(",").map((part) => oneChange(part.trim(), state));
  const events: Change["events"][] = [];
  let strategy: Change["strategy"] = null;
  for (const change of changes) {
    if (change === null) return null;
    events.push(change.events);
    strategy = change.strategy ?? strategy;
  }
  return { events: (then, at) => events.flatMap((make) => make(then, at)), strategy };
}

function oneChange(text: string, state: RouterState): Change | null {
  const equals = text.lastIndexOf("=");
  if (equals < 1) return null;
  const name = text.slice(0, equals).trim();
  const value = text.slice(equals + 1).trim();
  if (name === "strategy") {
    const strategy = STRATEGIES.find((known) => known === value) ?? null;
    return strategy && { events: () => [], strategy };
  }
  return value === "disabled" ? disabled(name, state) : capped(name, value, state);
}

function disabled(name: string, { catalogue }: RouterState): Change | null {
  if (catalogue.keys.has(name)) {
    const change = { state: "disabled", detail: null } as const;
    return {
      events: (_, at) => [{ type: "key-state-changed", keyId: name, at, ...change }],
      strategy: null,
    };
  }
  const resolution = catalogue.resolve(name);
  if (resolution.kind !== "named") return null;
  const models = new Set(resolution.targets.map((target) => target.model.key));
  if (catalogue.models.has(name)) models.add(name);
  const events: RouterEvent[] = [...models].map((model) => ({
    type: "model-enabled",
    model,
    enabled: false,
  }));
  return { events: () => events, strategy: null };
}

/** As if each model of the provider had told so. */
function capped(name: string, value: string, state: RouterState): Change | null {
  const dot = name.lastIndexOf(".");
  const provider = name.slice(0, dot);
  const limit = dot < 1 ? undefined : CAPS[name.slice(dot + 1)];
  const cap = Number(value);
  if (limit === undefined || !/^\d+$/.test(value) || !Number.isSafeInteger(cap)) return null;
  if (!state.catalogue.providers.has(provider)) return null;
  return {
    events: ({ catalogue }, at) =>
      [...catalogue.targets].flatMap(({ key, model }): RouterEvent[] => {
        if (key.provider !== provider) return [];
        const observations = [{ ...limit, cap }];
        return [{ type: "limit-observed", keyId: key.id, model: model.key, at, observations }];
      }),
    strategy: null,
  };
}
