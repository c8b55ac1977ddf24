/** The lists as they are shown: filtered, sorted, and what is chosen in them. */
import type { KeyView, ModelView, QuotaView } from "../core/command.ts";
import type { RequestRecord } from "../core/route/event.ts";
import type { Data } from "./data.ts";
import { keyFace } from "./faces.ts";
import type { Ui } from "./ui.ts";

/** Words that must all be in the text; `name:value` looks at one field, `status:>=400` compares. */
export function matches(filter: string, fields: Readonly<Record<string, string | number>>): boolean {
  const all = Object.values(fields).join(" ").toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .every((word) => {
      const [, name = "", wanted = ""] = /^([a-z]+):(.*)$/.exec(word) ?? [];
      const field = fields[name];
      if (field === undefined) return all.includes(word);
      const [, comparison, number] = /^(>=|<=|>|<)(\d+)$/.exec(wanted) ?? [];
      if (comparison === undefined) return String(field).toLowerCase().includes(wanted);
      const [one, other] = [Number(field), Number(number)];
      if (comparison === ">=") return one >= other;
      if (comparison === "<=") return one <= other;
      return comparison === ">" ? one > other : one < other;
    });
}

export function quotasOf(key: KeyView, quotas: readonly QuotaView[]): QuotaView[] {
  const owners = [key.id, `${key.provider}/${key.account}`, key.provider];
  return quotas.filter(({ provider, owner }) => provider === key.provider && owners.includes(owner));
}

export function fill({ used, cap }: Pick<QuotaView, "used" | "cap">): number {
  return cap > 0 ? used / cap : 1;
}

/** The fullest; of equals the one that is the smallest. */
export function tightest(quotas: readonly QuotaView[]): QuotaView | null {
  let found: QuotaView | null = null;
  for (const quota of quotas) {
    const more = found === null ? 1 : fill(quota) - fill(found);
    if (found === null || more > 0 || (more === 0 && quota.cap < found.cap)) found = quota;
  }
  return found;
}

const STATES = ["ready", "new", "cooling", "failing", "invalid", "off"];

export function shownKeys(data: Data, ui: Ui, now: number): KeyView[] {
  const { snapshot } = data;
  if (snapshot === null) return [];
  const shown = snapshot.keys.filter((key) =>
    matches(ui.filters.keys, {
      ...{ id: key.id, provider: key.provider, account: key.account, label: key.label ?? "" },
      ...{ state: keyFace(key, now).word, key: key.last4 ?? "", detail: key.detail ?? "" },
    }),
  );
  const use = (key: KeyView): number => {
    const quota = tightest(quotasOf(key, snapshot.quotas));
    return quota === null ? -1 : fill(quota);
  };
  const compare: Record<Ui["sort"], (one: KeyView, other: KeyView) => number> = {
    order: (one, other) => one.order - other.order,
    state: (one, other) => STATES.indexOf(keyFace(one, now).word) - STATES.indexOf(keyFace(other, now).word),
    use: (one, other) => use(other) - use(one),
    name: (one, other) => (one.id < other.id ? -1 : 1),
  };
  const sorted = [...shown].sort((one, other) => compare[ui.sort](one, other) || one.order - other.order);
  return ui.reversed ? sorted.reverse() : sorted;
}

/** Providers that there is a key of. */
function keyedProviders({ snapshot }: Data): Set<string> {
  return new Set((snapshot?.keys ?? []).map(({ provider }) => provider));
}

export function shownModels(data: Data, ui: Ui): ModelView[] {
  const keyed = keyedProviders(data);
  return (data.snapshot?.models ?? []).filter(
    (model) =>
      (ui.allModels || keyed.has(model.provider)) &&
      matches(ui.filters.models, {
        ...{ id: model.id, provider: model.provider, model: model.model, family: model.family },
        ...{ name: model.name, state: modelWord(model), reason: model.reason ?? "" },
      }),
  );
}

export function modelWord(model: ModelView): "off" | "ready" | "cooling" | "no key" | "blocked" {
  if (!model.enabled) return "off";
  if (model.available) return "ready";
  if (model.reason === "no key") return "no key";
  return model.until === null ? "blocked" : "cooling";
}

/** Models that the list leaves out because there is no key for them. */
export function hiddenModels(data: Data, ui: Ui): number {
  if (ui.allModels) return 0;
  const keyed = keyedProviders(data);
  return (data.snapshot?.models ?? []).filter(({ provider }) => !keyed.has(provider)).length;
}

export function shownRequests(data: Data, ui: Ui): RequestRecord[] {
  const filter = ui.filters.requests;
  if (filter === "") return [...data.requests];
  return data.requests.filter((record) =>
    matches(filter, {
      ...{ id: record.id, surface: record.surface, model: record.model, status: record.status },
      provider: record.attempts.map(({ provider }) => provider).join(" "),
      key: record.attempts.map(({ keyId }) => keyId).join(" "),
      served: record.servedBy === null ? "" : `${record.servedBy.provider}/${record.servedBy.model}`,
      outcome: `${record.outcome} ${record.attempts.map(({ outcome }) => outcome).join(" ")}`,
    }),
  );
}

/** The chosen one, or the first where what was chosen is gone. */
export function chosen<T extends { id: string }>(list: readonly T[], id: string | null): T | undefined {
  return list.find((one) => one.id === id) ?? list[0];
}

/** Where a window of `height` rows begins so that row `index` of `count` is in it, near its middle. */
export function windowStart(count: number, height: number, index: number): number {
  return Math.max(0, Math.min(count - height, index - Math.floor(height / 2)));
}

/** Of sorted or unsorted numbers. */
export function quantileOf(values: readonly number[], fraction: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(fraction * sorted.length) - 1)] ?? null;
}
