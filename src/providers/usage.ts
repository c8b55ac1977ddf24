/** Reads replies of usage endpoints by what the provider's file says of them. What is not as it says is left out. */
import { nextBoundary, WINDOW_MS } from "../core/chat/zone.ts";
import type { UsageLimit, UsageObservation, UsageSpec } from "../core/provider.ts";
import { isObject, parseJson } from "./json.ts";

/** No limit of one person is larger: "no limit" is written so. */
const UNLIMITED = 1e12;
/** Seconds until the year 2286; milliseconds are more. */
const MOST_SECONDS = 1e10;
/** Clocks differ, and a day may have 25 hours. */
const TOLERANCE = 1.05;

export function readUsage({ limits }: UsageSpec, body: string, now: number): UsageObservation[] {
  const reply = parseJson(body);
  return isObject(reply) ? limits.flatMap((limit) => observe(limit, reply, now) ?? []) : [];
}

function observe(limit: UsageLimit, reply: unknown, now: number): UsageObservation | undefined {
  const { metric, window, scope, pool, reset, scale = 1 } = limit;
  const amount = (place: string | number | null | undefined): number | undefined => {
    if (typeof place !== "string") return place ?? undefined;
    const value = valueAt(reply, place);
    return typeof value === "number" && value >= 0 && value < UNLIMITED ? value * scale : undefined;
  };
  const whole = amount(limit.cap);
  const cap = whole !== undefined && metric === "requests" ? Math.floor(whole) : whole;
  // Nothing can be sent under less than one: it means "no such limit" as often as "nothing for you".
  if (limit.cap !== null && (cap === undefined || cap < 1)) return undefined;
  const left = leftOf(cap, amount(limit.used), amount(limit.remaining));
  const resetAt = resetOf(limit, reply, now);
  return {
    ...{ metric, window, scope, pool, reset },
    ...(cap === undefined ? {} : { cap }),
    ...(left === undefined ? {} : { remaining: left }),
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}

/** Where both are told and disagree, the smaller. */
function leftOf(
  cap: number | undefined,
  used: number | undefined,
  remaining: number | undefined,
): number | undefined {
  const told = [
    ...(remaining === undefined ? [] : [remaining]),
    ...(used === undefined || cap === undefined ? [] : [Math.max(0, cap - used)]),
  ];
  return told.length === 0 ? undefined : Math.min(...told, cap ?? Number.POSITIVE_INFINITY);
}

function resetOf(
  { window, reset, resetAt: place, holdsMs }: UsageLimit,
  reply: unknown,
  now: number,
): number | undefined {
  const told = place === undefined ? undefined : instantOf(valueAt(reply, place));
  if (told !== undefined && told > now && told - now <= WINDOW_MS[window] * TOLERANCE) return told;
  if (typeof reset === "object") return nextBoundary(window, reset.zone, now);
  return holdsMs === undefined ? undefined : now + holdsMs;
}

function instantOf(value: unknown): number | undefined {
  const instant =
    typeof value === "number" ? (value < MOST_SECONDS ? value * 1000 : value) : Date.parse(String(value));
  return Number.isFinite(instant) ? instant : undefined;
}

function valueAt(reply: unknown, place: string): unknown {
  let value = reply;
  for (const name of place.split("."))
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}
