/** Steady traffic on two targets of one family while the preferred one is down. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "../../support/stage.ts";
import { answer, failure } from "../../support/steps.ts";
import { askStream, askWhole } from "./ask.ts";

const EVERY_MS = 150;
const GIVE_UP_MS = 20_000;

export interface OutageReport {
  /** Requests without an answer. */
  lost: number;
  callsDuringOutage: number;
  /** From its recovery to the first answer of the preferred target; Infinity when it was not called again. */
  backAfterMs: number;
}

export async function outage(stage: Stage, model: string, durationMs: number): Promise<OutageReport> {
  const [first] = await stage.endpoints(model, [failure(503), null]);
  const report: OutageReport = { lost: 0, callsDuringOutage: 0, backAfterMs: Number.POSITIVE_INFINITY };
  const open: Promise<void>[] = [];
  const startedAt = Date.now();
  const recoversAt = startedAt + durationMs;
  for (let request = 0; ; request++) {
    const now = Date.now();
    if (now < recoversAt) report.callsDuringOutage = first?.upstream.calls.length ?? 0;
    else {
      first?.upstream.otherwise(answer());
      const back = first?.upstream.calls.find(({ at }) => at >= recoversAt);
      if (back) report.backAfterMs = back.at - recoversAt;
      if (back || now > recoversAt + GIVE_UP_MS) break;
    }
    const ask = request % 2 === 0 ? askStream : askWhole;
    open.push(
      ask(stage, { model }).then(({ error, finish }) => {
        if (error !== undefined || finish !== "stop") report.lost++;
      }),
    );
    // One after the other until the breaker is open: what is under way by then says nothing about it.
    if (request < 4) await open.at(-1);
    await sleep(EVERY_MS);
  }
  await Promise.all(open);
  return report;
}
