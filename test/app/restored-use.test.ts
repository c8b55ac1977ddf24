import { describe, expect, test } from "vitest";
import { stillCounts } from "../../src/core/app/restored-use.ts";
import type { RouterEvent } from "../../src/core/route/event.ts";
import type { LimitSpec } from "../../src/core/route/limits.ts";
import { limit, NOON, World } from "../route/world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Use as a restart tells it: quarters of an hour for a day, quarters of a day for the month before. */
function past(now: number): RouterEvent[] {
  const events: RouterEvent[] = [];
  const use = (from: number, length: number) =>
    events.push({
      ...{ type: "usage-restored", keyId: "a-1", model: "a/m", from, to: from + length - 1 },
      ...{ requests: 1 + (events.length % 7), inputTokens: 10, outputTokens: 5 },
    });
  for (let from = now - 32 * DAY; from < now - 26 * HOUR; from += 6 * HOUR) use(from, 6 * HOUR);
  for (let from = now - 26 * HOUR; from < now - MINUTE; from += 15 * MINUTE) use(from, 15 * MINUTE);
  return events;
}

const worldWith = (limits: LimitSpec[]) => new World().provider("a", [{ id: "m", limits }]).key("a-1");

describe("use from before a restart", () => {
  test.each(["minute", "hour", "five_hours", "day", "week", "month"] as const)(
    "counts as before for a window of a %s, now and for as long as it lasts",
    (window) => {
      const limits = [
        limit({ metric: "requests", window, cap: 10_000 }),
        limit({ metric: "tokens", window, cap: 1_000_000, reset: { zone: "America/Los_Angeles" } }),
      ];
      const [all, some] = [worldWith(limits), worldWith(limits)];
      const events = past(NOON);
      const kept = events.filter((event) => stillCounts(event, some.state, NOON));
      for (const event of events) all.apply(event);
      for (const event of kept) some.apply(event);
      const used = (world: World, at: number) =>
        [...world.state.catalogue.counters.values()].map((counter) => counter.used(at));
      expect(used(all, NOON).some((amount) => amount > 0)).toBe(true);
      for (const later of [0, MINUTE, 7 * HOUR, DAY, 8 * DAY, 20 * DAY]) {
        expect(used(some, NOON + later)).toEqual(used(all, NOON + later));
      }
      if (window === "month") expect(kept).toEqual(events);
      else expect(kept.length).toBeLessThan(events.length);
    },
  );

  test("of a key that is gone means nothing; what is no use is not looked at", () => {
    const world = worldWith([]);
    const [event] = past(NOON);
    if (event?.type !== "usage-restored") throw new Error("no event");
    expect(stillCounts({ ...event, keyId: "a-2" }, world.state, NOON)).toBe(false);
    expect(stillCounts({ type: "rest-cleared", scope: "key a-1" } as RouterEvent, world.state, NOON)).toBe(
      true,
    );
  });
});
