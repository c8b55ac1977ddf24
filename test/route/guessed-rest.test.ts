/** A rest that nobody stated ends with one call that finds out; those behind it wait for what becomes of that. */
import { describe, expect, it } from "vitest";
import type { Failure } from "../../src/core/chat/failure.ts";
import { checkpointOf, stateFrom } from "../../src/core/route/checkpoint.ts";
import { restAfter } from "../../src/core/route/consequence.ts";
import { packEvents, unpackEvents } from "../../src/core/route/event-pack.ts";
import { bestUsable, newProgress, plan } from "../../src/core/route/plan.ts";
import { World } from "./world.ts";

const REST_MS = 15_000;

/** One key whose only model was refused for its rate, with a stated end or without, and that end has come. */
function rested(stated: boolean): World {
  const world = new World().provider("a", [{ id: "m" }]).key("a-1");
  refuse(world, stated);
  expect(usable(world)).toBe(false);
  world.now += REST_MS;
  expect(usable(world)).toBe(true);
  return world;
}

function refuse(world: World, stated: boolean): void {
  const target = world.state.catalogue.target("a-1", "a/m");
  if (!target) throw new Error("no target");
  const until = stated ? { until: world.now + REST_MS } : {};
  const failure: Failure = { kind: "rate_unknown", scope: "target", rule: "test", message: "", ...until };
  const rest = restAfter(target, failure, world.now);
  if (!rest) throw new Error("no rest");
  world.apply(rest);
}

function usable(world: World, state = world.state): boolean {
  const resolution = state.catalogue.resolve("auto");
  const candidates = resolution.kind === "unknown" ? [] : resolution.targets;
  const request = world.request("auto", { candidates, progress: newProgress() });
  const [verdict] = plan(request, world.now);
  const best = bestUsable(request, world.now);
  expect(verdict?.obstacle === null).toBe(best !== null);
  if (verdict?.obstacle) expect(verdict.obstacle).toMatchObject({ reason: "resting", kind: "rate_unknown" });
  return best !== null;
}

function succeed(world: World, callId: number): void {
  world.apply({
    type: "call-succeeded",
    callId,
    keyId: "a-1",
    model: "a/m",
    at: world.now,
    firstContentMs: 1,
  });
}

describe("after a rest that was guessed", () => {
  it("the first call goes alone until it is answered", () => {
    const world = rested(false);
    const probe = world.reserve("a-1", "m");
    expect(usable(world)).toBe(false);
    world.now += 400;
    expect(usable(world)).toBe(false);
    succeed(world, probe);
    expect(usable(world)).toBe(true);
    world.reserve("a-1", "m");
    expect(usable(world)).toBe(true);
  });

  it("the next one may try when the first ends without an outcome", () => {
    const world = rested(false);
    world.settle(world.reserve("a-1", "m"));
    expect(usable(world)).toBe(true);
    const second = world.reserve("a-1", "m");
    expect(usable(world)).toBe(false);
    succeed(world, second);
    expect(usable(world)).toBe(true);
  });

  it("a refusal lengthens the rest, which ends with one call again", () => {
    const world = rested(false);
    world.settle(world.reserve("a-1", "m"));
    refuse(world, false);
    world.now += REST_MS;
    expect(usable(world)).toBe(false);
    world.now += 60_000 - REST_MS;
    expect(usable(world)).toBe(true);
    world.reserve("a-1", "m");
    expect(usable(world)).toBe(false);
  });

  it("a call that moves on with its key to another account leaves nobody waiting", () => {
    const world = new World()
      .provider("a", [{ id: "m" }])
      .key("a-1", "main")
      .key("a-2", "main");
    const scope = "account:a/main";
    world.apply({
      type: "rest-set",
      scope,
      kind: "rate_unknown",
      until: world.now + 1,
      at: world.now,
      guessed: true,
    });
    world.now += 1;
    const probe = world.reserve("a-1", "m");
    world.key("a-1", "other").key("a-2", "main");
    world.settle(probe);
    expect(bestUsable(world.request("a/m"), world.now)?.key.id).toBe("a-1");
    const second = world.request("a/m");
    second.candidates = second.candidates.filter(({ key }) => key.id === "a-2");
    expect(bestUsable(second, world.now)?.key.id).toBe("a-2");
  });

  it("is the same after a checkpoint, and in the log of events", () => {
    const world = rested(false);
    const probe = world.reserve("a-1", "m");
    const state = stateFrom(checkpointOf(world.state));
    expect(usable(world, state)).toBe(false);
    state.apply({
      ...{ type: "call-settled", callId: probe, at: world.now, requests: 1, inputTokens: 1, outputTokens: 1 },
      counted: false,
    });
    expect(usable(world, state)).toBe(true);
    const rest = { type: "rest-set", scope: "key:a-1", kind: "capacity", until: 9, at: 5 } as const;
    const events = [rest, { ...rest, guessed: true as const }];
    expect(unpackEvents(packEvents(events))).toEqual(events);
  });
});

describe("after a rest that was stated", () => {
  it("nobody waits for anybody", () => {
    const world = rested(true);
    world.reserve("a-1", "m");
    expect(usable(world)).toBe(true);
  });
});
