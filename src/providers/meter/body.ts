/** The limits that an error body states: Google's violated quotas, and the texts of Groq, GitHub and Cohere. */
import { nextBoundary, type TimeWindow, WINDOW_MS } from "../../core/chat/zone.ts";
import type { LimitObservation } from "../../core/provider.ts";
import type { ErrorBody, ExceededQuota } from "../classify/error-body.ts";
import { toNumber } from "../classify/rule.ts";
import type { ReplyClock } from "../duration.ts";
import type { Metric } from "./dimension.ts";
import { windowOfSeconds } from "./named.ts";

const NUMBER = "(\\d{1,3}(?:,\\d{3})+|\\d{1,15})";
/** `on tokens per minute (TPM): Limit 8000, Used 7000, Requested 2000` */
const USED = new RegExp(
  `\\bon (input tokens|tokens|requests) per (min|minute|hour|day)\\b(?: \\(\\w{2,5}\\))?: ?limit:? ${NUMBER}(?:(?: / \\w+)?, ?used:? ${NUMBER})?`,
  "i",
);
/** `Rate limit of 50 per 86400s exceeded` */
const PER_SECONDS = new RegExp(`\\brate limit of ${NUMBER} per ${NUMBER} ?s\\b`, "i");
/** `limited to 20 API calls / minute` */
const CALLS = new RegExp(`\\blimited to ${NUMBER} api calls ?/ ?(minute|month)\\b`, "i");

/** `wait`: the instant until which the reply asks to stay away, in epoch milliseconds. */
export function observeBody(
  body: ErrorBody,
  wait: number | undefined,
  clock: ReplyClock,
): LimitObservation[] {
  const quotas = body.quotas.flatMap((quota) => ofQuota(quota, wait, clock));
  if (quotas.length > 0) return quotas;
  const used = USED.exec(body.words);
  if (used) return ofUse(used, wait, clock.now);
  const [, count, seconds] = PER_SECONDS.exec(body.words) ?? [];
  const window = seconds === undefined ? undefined : windowOfSeconds(toNumber(seconds));
  if (window !== undefined) {
    return [withRest({ metric: "requests", window, cap: toNumber(count) }, 0, wait, clock.now)].filter(
      isUsable,
    );
  }
  const [, calls, per] = CALLS.exec(body.words) ?? [];
  if (per === undefined) return [];
  const unit: TimeWindow = per.toLowerCase() === "month" ? "month" : "minute";
  return [{ metric: "requests", window: unit, subject: "pool", cap: toNumber(calls) } as const].filter(
    isUsable,
  );
}

const WINDOWS: Readonly<Record<string, TimeWindow>> = {
  min: "minute",
  minute: "minute",
  hour: "hour",
  day: "day",
  month: "month",
};

function ofUse(match: RegExpExecArray, wait: number | undefined, now: number): LimitObservation[] {
  const [, what = "", per = "", limit, used] = match;
  const window = WINDOWS[per.toLowerCase()];
  if (window === undefined) return [];
  const cap = toNumber(limit);
  const metric = what.toLowerCase() === "input tokens" ? "input_tokens" : metricOf(what);
  const observation = { metric, window, cap };
  const left = used === undefined ? undefined : Math.max(0, cap - toNumber(used));
  return [left === undefined ? observation : withRest(observation, left, wait, now)].filter(isUsable);
}

function ofQuota(
  { id, metric, value }: ExceededQuota,
  wait: number | undefined,
  clock: ReplyClock,
): LimitObservation[] {
  const window = WINDOWS[/per(minute|hour|day|month)/i.exec(id)?.[1]?.toLowerCase() ?? ""];
  const cap = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (window === undefined || cap === 0) return [];
  const tokens = /input_?tokens?/i.test(`${metric} ${id}`);
  if (!tokens && !/requests?/i.test(`${metric} ${id}`)) return [];
  const observation: LimitObservation = { metric: tokens ? "input_tokens" : "requests", window, cap };
  if (/permodel/i.test(id)) observation.subject = "model";
  // Of tokens some may be left: too few for this request.
  if (tokens) return [observation];
  const { now, skew } = clock;
  const end = window === "day" ? nextBoundary("day", "America/Los_Angeles", now + skew) - skew : wait;
  return [withRest(observation, 0, end, now)];
}

/** How much is left means something only together with the time until which it holds. */
function withRest(
  observation: LimitObservation,
  remaining: number,
  until: number | undefined,
  now: number,
): LimitObservation {
  // A day on which the clocks are set back is an hour longer.
  const longest = WINDOW_MS[observation.window] + (observation.window === "day" ? WINDOW_MS.hour : 1_000);
  if (until === undefined || until - now > longest) return observation;
  return { ...observation, remaining, resetAt: until };
}

function isUsable({ cap = 0 }: LimitObservation): boolean {
  return cap >= 1;
}

function metricOf(what: string): Metric {
  return what.toLowerCase() === "requests" ? "requests" : "tokens";
}
