/** Limits as they are shown: with the key or account that they belong to, and where they are known from. */
import type { QuotaView, Snapshot } from "../../core/command.ts";
import { isoTime } from "../moment.ts";

export interface ShownQuota extends QuotaView {
  /** The only key that it holds for; null where several share it. */
  key: string | null;
  /** The account's name; null where it holds for all that this machine sends to the provider. */
  account: string | null;
  keys: string[];
  /** That it holds for, as far as it is known. */
  models: string[];
  /** ISO date of the documentation; null where the limit is known from elsewhere. */
  asOf: string | null;
}

/** In the order in which the keys are tried. */
export function quotasIn({ quotas, keys, models }: Snapshot): ShownQuota[] {
  const byId = new Map(models.map((model) => [model.id, model]));
  const shown = quotas.map((quota): ShownQuota => {
    const { owner, provider, model } = quota;
    const own = keys.filter((key) => key.provider === provider);
    const holders = own.filter(
      ({ id, account }) => owner === id || owner === `${provider}/${account}` || owner === provider,
    );
    const [only] = holders;
    const spec = model === null ? undefined : byId.get(model);
    const pooled = models.filter(
      (one) => one.provider === provider && one.limits.some(({ pool }) => pool !== null && pool === model),
    );
    const asOf = (spec ?? pooled[0])?.asOf ?? "";
    return {
      ...quota,
      key: holders.length === 1 && owner !== provider ? (only?.id ?? null) : null,
      account: owner === provider ? null : (only?.account ?? null),
      keys: holders.map(({ id }) => id),
      models: spec === undefined ? pooled.map(({ id }) => id) : [spec.id],
      asOf: quota.source === "documented" && asOf !== "" ? asOf : null,
    };
  });
  const rank = ({ keys: own }: ShownQuota): number => keys.findIndex(({ id }) => id === own[0]);
  return shown.sort((one, other) => rank(one) - rank(other));
}

/** The documented JSON of a limit. */
export function quotaData(quota: ShownQuota): Record<string, unknown> {
  const { provider, model, key, account, keys, metric, window, cap, resetsAt, source, asOf } = quota;
  return {
    ...{ provider, model, key, account, keys, metric, window },
    ...{ used: rounded(quota.used), cap, left: rounded(quota.left), resetsAt },
    ratePerHour: rounded(quota.ratePerHour),
    ...{ runsDryAt: quota.runsDryAt, confidence: quota.confidence, source, asOf },
    elsewhere: rounded(quota.elsewhere ?? 0),
  };
}

/** The documented JSON of what is left of everything, and of keys that drain together. */
export function outlookData({ free, drains = [] }: Snapshot): Record<string, unknown> {
  return {
    free:
      free === undefined
        ? null
        : {
            ...free,
            requestsPerHour: rounded(free.requestsPerHour),
            tokensPerHour: rounded(free.tokensPerHour),
            runsDryAt: isoTime(free.runsDryAt),
            resetsAt: isoTime(free.resetsAt),
          },
    drains: drains.map((drain) => ({ ...drain, until: isoTime(drain.until) })),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
