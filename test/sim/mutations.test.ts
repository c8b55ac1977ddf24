/** Bugs that such programs have, put in through the simulator's ports: the properties must catch each of them. */
import { describe, expect, it } from "vitest";
import type { RouterEvent } from "../../src/core/route/event.ts";
import type { LimitSpec } from "../../src/core/route/limits.ts";
import {
  checkWorld,
  MemoryLedger,
  randomWorld,
  type SimParts,
  type Violation,
} from "../../src/core/sim/index.ts";
import { simParts } from "./parts.ts";

const SCHEDULES = 400;

/** What the first violations were over some schedules. */
async function violationsWith(bug: () => Partial<SimParts>, schedules = SCHEDULES): Promise<Violation[]> {
  const found: Violation[] = [];
  for (let seed = 1; seed <= schedules && found.length < 5; seed++) {
    const { violation } = await checkWorld(randomWorld(seed), simParts(bug()));
    if (violation) found.push(violation);
  }
  return found;
}

function eachLimit(event: RouterEvent, change: (limit: LimitSpec) => LimitSpec): RouterEvent {
  if (event.type !== "provider-set") return event;
  return { ...event, models: event.models.map((model) => ({ ...model, limits: model.limits.map(change) })) };
}

describe("a router that", () => {
  it("is as it should be breaks nothing", async () => {
    expect(await violationsWith(() => ({}), 60)).toEqual([]);
  });

  it("counts successes only is caught", async () => {
    const found = await violationsWith(() => ({
      corrupt: (event) =>
        event.type === "call-settled" && event.generationMs === undefined ? { ...event, requests: 0 } : event,
    }));
    expect(found.map(({ property }) => property)).toContain("usable");
  });

  it("takes UTC for the zone of every reset is caught", async () => {
    const found = await violationsWith(() => ({
      corrupt: (event) =>
        eachLimit(event, (limit) =>
          typeof limit.reset === "object" ? { ...limit, reset: { zone: "UTC" } } : limit,
        ),
    }));
    expect(found.length).toBeGreaterThan(0);
    expect(["usable", "no_cap_429"]).toContain(found[0]?.property);
  });

  it("checks first and reserves after an await is caught", async () => {
    const found = await violationsWith(() => ({ enter: (reservation) => queueMicrotask(reservation) }));
    expect(found.map(({ property }) => property)).toContain("no_cap_429");
  });

  it("takes every window for a sliding one wastes what has come back, and is caught", async () => {
    const found = await violationsWith(() => ({
      corrupt: (event) => eachLimit(event, (limit) => ({ ...limit, reset: "sliding" })),
    }));
    expect(found.length).toBeGreaterThan(0);
  });

  it("keeps a limit of the account for each key alone is caught", async () => {
    const found = await violationsWith(() => ({
      corrupt: (event) =>
        eachLimit(event, (limit) => (limit.scope === "account" ? { ...limit, scope: "key" } : limit)),
    }));
    expect(found.map(({ property }) => property)).toContain("no_cap_429");
  });

  it("uses only half of every cap is caught", async () => {
    const found = await violationsWith(() => ({
      corrupt: (event) => eachLimit(event, (limit) => ({ ...limit, cap: Math.ceil(limit.cap / 2) })),
    }));
    expect(found.map(({ property }) => property)).toContain("full_use");
  });

  it("forgets at a restart what was reserved and not settled is caught", async () => {
    class Forgetful extends MemoryLedger {
      override restart(now: number): RouterEvent[] {
        return super
          .restart(now)
          .filter((event) => event.type !== "usage-restored" || event.to < now - 60_000);
      }
    }
    const found = await violationsWith(() => ({ createLedger: () => new Forgetful() }));
    expect(found.map(({ property }) => property)).toContain("restart");
  });

  it("lets everybody in at once after a rest that it only guessed is caught", async () => {
    const found = await violationsWith(() => ({
      corrupt: (event) => {
        if (event.type !== "rest-set") return event;
        const { guessed: _, ...rest } = event;
        return rest;
      },
    }));
    expect(found.map(({ property }) => property)).toContain("usable");
  });

  it("decides by something else than the events is caught", async () => {
    let runs = 0;
    const found = await violationsWith(() => {
      const odd = { number: 0 };
      return {
        createLedger: () => {
          odd.number = ++runs;
          return new MemoryLedger();
        },
        corrupt: (event) =>
          event.type === "key-set" && odd.number % 2 === 0
            ? { ...event, key: { ...event.key, state: "disabled" } }
            : event,
      };
    });
    expect(found.map(({ property }) => property)).toContain("same_trace");
  });
});
