import { describe, expect, it } from "vitest";
import type { Failure, FailureKind, FailureScope } from "../../src/core/chat/failure.ts";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { type AttemptResult, failover, type Outcome } from "../../src/core/route/failover.ts";
import type { RouteRequest } from "../../src/core/route/plan.ts";
import type { Reservation } from "../../src/core/route/reservation.ts";
import { limit, World } from "./world.ts";

const LIMITS = { maxAttempts: 20, budgetMs: 45_000, patienceMs: 20_000 };

function failing(kind: FailureKind, scope: FailureScope, more: Partial<Failure> = {}): Failure {
  return { kind, scope, rule: `test/${kind}`, message: kind, ...more };
}

type Script = (call: { keyId: string; model: string; count: number }) => string | Failure;

/**
 * Runs the loop against a scripted upstream. An attempt lasts 100 ms of virtual time; waiting moves the clock, at the first
 * `wakes` times by no more than 100 ms: then something was settled.
 */
async function run(
  world: World,
  script: Script,
  request: RouteRequest = world.request(),
  limits = LIMITS,
  wakes = 0,
) {
  let early = wakes;
  const calls: string[] = [];
  const events: RouterEvent[] = [];
  const open = new Set<number>();
  let ids = 0;
  const record = (event: RouterEvent): void => {
    events.push(event);
    world.apply(event);
  };
  const attempt = async ({ target }: Reservation): Promise<AttemptResult<string>> => {
    const call = { keyId: target.key.id, model: target.model.model.id, count: calls.length };
    calls.push(`${call.keyId} ${call.model}`);
    world.now += 100;
    const result = script(call);
    return typeof result === "string" ? { answer: result } : { failure: result };
  };
  const started = world.now;
  const outcome: Outcome<string> = await failover(request, attempt, limits, {
    now: () => world.now,
    elapsed: () => world.now - started,
    record,
    allowsHedge: () => world.state.allowsHedge,
    allowsRetry: () => world.state.allowsRetry,
    reserve: (target, need) => {
      const callId = ++ids;
      open.add(callId);
      const { tokens, inputTokens } = need;
      const model = target.model.key;
      record({
        type: "call-reserved",
        callId,
        keyId: target.key.id,
        model,
        at: world.now,
        tokens,
        inputTokens,
        estimate: inputTokens,
      });
      return {
        callId,
        target,
        need,
        settle: (spent) => {
          if (open.delete(callId)) record({ type: "call-settled", callId, at: world.now, ...spent });
        },
      };
    },
    wait: async (until) => {
      world.now = early-- > 0 ? Math.min(until, world.now + 100) : Math.max(world.now, until);
    },
    hop: () => {},
  });
  return { outcome, calls, events, open };
}

const answerOf = (outcome: Outcome<string>) => (outcome.kind === "committed" ? outcome.answer : outcome);

describe("the failover loop", () => {
  it("tries candidates in order and leaves the reservation of the answer open", async () => {
    const world = new World().provider("a", [{ id: "m" }]).provider("b", [{ id: "n" }]);
    world.key("a-1").key("a-2").key("b-1");
    const { outcome, calls, open } = await run(world, ({ keyId }) =>
      keyId === "b-1" ? "hello" : failing("rate_unknown", "target"),
    );
    expect(answerOf(outcome)).toBe("hello");
    expect(calls).toEqual(["a-1 m", "a-2 m", "b-1 n"]);
    expect(open.size).toBe(1);
    expect(world.state.openCalls).toBe(1);
  });

  it("stops at twenty attempts, each target once", async () => {
    const world = new World();
    for (let provider = 0; provider < 25; provider++)
      world.provider(`p${provider}`, [{ id: "m" }]).key(`p${provider}-1`);
    const { outcome, calls, open } = await run(world, () => failing("transport", "model"));
    expect(calls).toHaveLength(20);
    expect(new Set(calls).size).toBe(20);
    expect(outcome.kind).toBe("exhausted");
    expect(open.size).toBe(0);
  });

  it("reaches the one good target behind nineteen bad ones", async () => {
    const world = new World();
    for (let provider = 0; provider < 20; provider++)
      world.provider(`p${provider}`, [{ id: "m" }]).key(`p${provider}-1`);
    const { outcome } = await run(world, ({ keyId }) =>
      keyId === "p19-1" ? "ok" : failing("bad_reply", "model"),
    );
    expect(answerOf(outcome)).toBe("ok");
  });

  it("plans again after each failure: a failed account takes its other keys out", async () => {
    const world = new World().provider("a", [{ id: "m" }]).provider("b", [{ id: "n" }]);
    world.key("a-1", "main").key("a-2", "main").key("b-1");
    const { calls } = await run(world, ({ keyId }) =>
      keyId === "b-1" ? "ok" : failing("no_credit", "account", { status: 402 }),
    );
    expect(calls).toEqual(["a-1 m", "b-1 n"]);
  });

  it("retries the same target once after a single 500", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const { outcome, calls } = await run(world, ({ count }) =>
      count === 0 ? failing("server_error", "model", { status: 500 }) : "second time lucky",
    );
    expect(answerOf(outcome)).toBe("second time lucky");
    expect(calls).toEqual(["a-1 m", "a-1 m"]);
  });

  it("does not retry a target that answers 500 for ever", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const { calls, outcome } = await run(world, () => failing("server_error", "model", { status: 500 }));
    expect(calls).toHaveLength(2);
    expect(outcome).toMatchObject({ kind: "exhausted", why: { kind: "failed" } });
  });

  it("waits out a short stated wait when nothing else is there", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const start = world.now;
    const { outcome } = await run(world, ({ count }) =>
      count === 0 ? failing("rate_minute", "target", { status: 429, until: world.now + 2_000 }) : "ok",
    );
    expect(answerOf(outcome)).toBe("ok");
    expect(world.now - start).toBeGreaterThanOrEqual(2_000);
  });

  it("waits for a limit within the client's patience, and answers at once beyond it", async () => {
    const caps = [limit({ metric: "requests", window: "minute", cap: 1 })];
    const world = new World().provider("a", [{ id: "m", limits: caps }]).key("a-1");
    world.settle(world.reserve("a-1", "m"));
    const before = world.now;
    const impatient = await run(world, () => "ok");
    expect(impatient.outcome).toMatchObject({ kind: "exhausted", why: { kind: "waiting" } });
    expect(world.now).toBe(before);
    const patient = await run(world, () => "ok", world.request(), {
      ...LIMITS,
      budgetMs: 90_000,
      patienceMs: 70_000,
    });
    expect(answerOf(patient.outcome)).toBe("ok");
  });

  it("does not wait for a target that failed this request, but says when it is back", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const until = world.now + 10_000;
    const { outcome, calls } = await run(world, () =>
      failing("rate_minute", "target", { status: 429, until }),
    );
    expect(calls).toHaveLength(1);
    expect(outcome).toMatchObject({
      kind: "exhausted",
      why: { kind: "waiting", soonest: null, retryAt: until },
    });
    expect(world.now).toBeLessThan(until);
  });

  it("leaves out a refused parameter and asks the same target again", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const { outcome, calls } = await run(world, ({ count }) =>
      count === 0 ? failing("parameter", "request", { status: 400, parameter: "seed" }) : "ok",
    );
    expect(answerOf(outcome)).toBe("ok");
    expect(calls).toHaveLength(2);
    expect(world.state.catalogue.models.get("a/m")?.refusedParameters.has("seed")).toBe(true);
  });

  it("asks again without a parameter that another request has found refused meanwhile", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const { outcome, calls } = await run(world, ({ count }) => {
      world.apply({ type: "parameter-refused", model: "a/m", parameter: "seed" });
      return count === 0 ? failing("parameter", "request", { status: 400, parameter: "seed" }) : "ok";
    });
    expect(answerOf(outcome)).toBe("ok");
    expect(calls).toHaveLength(2);
  });

  it("waits a moment for its model rather than take a lesser one, but takes its equal at once", async () => {
    const lesser = new World().provider("a", [{ id: "big" }, { id: "small" }]).key("a-1");
    const script: Script = ({ count, keyId }) =>
      count === 0 ? failing("rate_minute", "target", { status: 429, until: lesser.now + 2_000 }) : keyId;
    const waited = await run(lesser, script);
    expect(waited.calls).toEqual(["a-1 big", "a-1 big"]);
    const equal = new World()
      .provider("a", [{ id: "big" }, { id: "small" }])
      .key("a-1")
      .key("a-2");
    const moved = await run(equal, ({ count, keyId }) =>
      count === 0 ? failing("rate_minute", "target", { status: 429, until: equal.now + 2_000 }) : keyId,
    );
    expect(moved.calls).toEqual(["a-1 big", "a-2 big"]);
  });

  it("goes on waiting for its model when something else is settled meanwhile", async () => {
    const world = new World().provider("a", [{ id: "big" }, { id: "small" }]).key("a-1");
    const script: Script = ({ count }) =>
      count === 0 ? failing("rate_minute", "target", { status: 429, until: world.now + 2_000 }) : "ok";
    const { calls } = await run(world, script, world.request(), LIMITS, 3);
    expect(calls).toEqual(["a-1 big", "a-1 big"]);
  });

  it("takes a lesser model at once when the client has no patience", async () => {
    const world = new World().provider("a", [{ id: "big" }, { id: "small" }]).key("a-1");
    const { calls } = await run(
      world,
      ({ count }) =>
        count === 0 ? failing("rate_minute", "target", { status: 429, until: world.now + 2_000 }) : "ok",
      world.request(),
      { ...LIMITS, patienceMs: 0 },
    );
    expect(calls).toEqual(["a-1 big", "a-1 small"]);
  });

  it("never calls a key that was removed meanwhile", async () => {
    const world = new World()
      .provider("a", [{ id: "m" }])
      .key("a-1")
      .key("a-2")
      .key("a-3");
    const { calls } = await run(world, () => {
      world.apply({ type: "key-removed", keyId: "a-2" });
      return failing("bad_reply", "model");
    });
    expect(calls).toEqual(["a-1 m", "a-3 m"]);
  });

  it("counts a call that was given up here, even where failed calls do not count", async () => {
    for (const [failure, used] of [
      [failing("server_error", "model", { status: 503 }), 0],
      [failing("timeout", "model"), 1],
      [failing("aborted", "request"), 1],
    ] as const) {
      const limits = [limit({ metric: "requests", window: "day", cap: 5 })];
      const world = new World().provider("p", [{ id: "m", limits }], "no").key("p-1");
      await run(world, () => failure);
      expect(world.state.catalogue.target("p-1", "p/m")?.counters[0]?.used(world.now)).toBe(used);
    }
  });

  it("takes a call that was given up unseen to have been answered to the full, where failed calls count", async () => {
    for (const [counts, kind, used] of [
      ["unknown", "aborted", 20],
      ["unknown", "timeout", 20],
      ["yes", "aborted", 20],
      ["unknown", "broken_stream", 20],
      ["no", "aborted", 10],
      ["no", "bad_generation", 20],
      ["unknown", "transport", 10],
    ] as const) {
      const limits = [limit({ metric: "tokens", window: "day", cap: 500 })];
      const world = new World().provider("p", [{ id: "m", limits }], counts).key("p-1");
      await run(world, () => failing(kind, "request"));
      expect(world.state.catalogue.target("p-1", "p/m")?.counters[0]?.used(world.now)).toBe(used);
    }
  });

  it("calls it a failure, not a limit, when its own failed calls used the limit up", async () => {
    const caps = [limit({ metric: "requests", window: "minute", cap: 2 })];
    const world = new World().provider("a", [{ id: "m", limits: caps }]).key("a-1");
    const { outcome } = await run(world, () => failing("server_error", "model", { status: 500 }));
    expect(outcome).toMatchObject({ kind: "exhausted", why: { kind: "failed" } });
  });

  it("never sends a prompt that overflowed a window to the same window again", async () => {
    const world = new World()
      .provider("a", [{ id: "small", context: 8_000 }])
      .provider("b", [{ id: "same", context: 8_000 }])
      .provider("c", [{ id: "large", context: 64_000 }]);
    world.key("a-1").key("a-2").key("b-1").key("c-1");
    const { calls } = await run(world, ({ keyId }) =>
      keyId === "c-1" ? "ok" : failing("context_too_long", "request", { status: 400 }),
    );
    expect(calls).toEqual(["a-1 small", "c-1 large"]);
  });

  it("asks one other provider when one calls the request wrong, then tells the client", async () => {
    const world = new World()
      .provider("a", [{ id: "m" }])
      .provider("b", [{ id: "m" }])
      .provider("c", [{ id: "m" }]);
    world.key("a-1").key("a-2").key("b-1").key("c-1");
    const { outcome, calls } = await run(world, () => failing("client_error", "request", { status: 400 }));
    expect(calls).toEqual(["a-1 m", "b-1 m"]);
    expect(outcome).toMatchObject({ kind: "refused", failure: { kind: "client_error" } });
  });

  it("does not shop around for another content policy", async () => {
    const world = new World()
      .provider("a", [{ id: "m" }])
      .provider("b", [{ id: "m" }])
      .key("a-1")
      .key("b-1");
    const { outcome, calls } = await run(world, () => failing("content_filter", "request", { status: 400 }));
    expect(calls).toHaveLength(1);
    expect(outcome.kind).toBe("refused");
  });

  it("blames nobody when the client leaves, and settles the reservation", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const { events, open } = await run(world, () => failing("aborted", "request"));
    expect(open.size).toBe(0);
    expect(events.map((event) => event.type)).toEqual(["call-reserved", "call-settled"]);
  });

  it("settles the reservation when an attempt throws", async () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const boom = (): never => {
      throw new Error("boom");
    };
    await expect(run(world, boom)).rejects.toThrow("boom");
    expect(world.state.openCalls).toBe(0);
  });

  it("stops starting attempts when the budget is spent, but always runs the first retry", async () => {
    const world = new World();
    for (let provider = 0; provider < 5; provider++)
      world.provider(`p${provider}`, [{ id: "m" }]).key(`p${provider}-1`);
    const slow = (): Failure => {
      world.now += 50_000;
      return failing("timeout", "model");
    };
    const { calls } = await run(world, slow);
    expect(calls).toHaveLength(2);
  });
});
