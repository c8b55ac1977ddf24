/** The state of the server as JSON: what other commands tell too is told in their shapes. */
import type { Snapshot } from "../../core/command.ts";
import { keyData } from "../keys/view.ts";
import { modelData } from "../models/view.ts";
import { isoTime, withIsoTimes } from "../moment.ts";
import { outlookData, quotaData, quotasIn } from "../quota/rows.ts";
import { requestData } from "../requests/view.ts";

/** The documented JSON of the state, without `schema`. */
export function stateData(snapshot: Snapshot): Record<string, unknown> {
  const { seq, version, startedAt, now, address, keys, models, requests } = snapshot;
  const { forecast = [], accuracy = [], totals } = snapshot;
  return {
    ...{ seq, version, startedAt: isoTime(startedAt), now: isoTime(now), address },
    keys: keys.map(keyData),
    models: models.map(modelData),
    quotas: quotasIn(snapshot).map(quotaData),
    requests: requests.map(requestData),
    forecast: withIsoTimes(forecast),
    ...outlookData(snapshot),
    ...{ accuracy, totals },
  };
}
