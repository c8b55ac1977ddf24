/** Of two calls side by side each is settled once, whatever becomes of them. */
import { expect, it } from "vitest";
import type { Failure } from "../../src/core/chat/failure.ts";
import type { Timers } from "../../src/core/ports.ts";
import type { AttemptResult, Situation } from "../../src/core/route/failover.ts";
import type { Reservation, Spent } from "../../src/core/route/reservation.ts";
import { spentOnFailure } from "../../src/core/route/reservation.ts";
import { hedged } from "../../src/core/serve/hedge.ts";
import { World } from "../route/world.ts";

/** Every wait is over at once. */
const timers: Timers = {
  after(_, ring) {
    queueMicrotask(ring);
    return { cancel: () => {} };
  },
};

type Result = AttemptResult<string>;

const aborted = (rule: string): Failure => ({ kind: "aborted", scope: "request", rule, message: rule });
const busy: Failure = { kind: "capacity", scope: "model", rule: "test", message: "busy", status: 503 };

/** Two calls, the second begun because the first is slow; both are open, and end as the test says. */
async function race() {
  const world = new World()
    .provider("a", [{ id: "m" }])
    .key("a-1")
    .key("a-2");
  for (let call = 0; call < 3; call++) {
    world.apply({ type: "call-succeeded", keyId: "a-1", model: "a/m", at: world.now, firstContentMs: 300 });
  }
  const settled: [string, Spent][] = [];
  const lost: string[] = [];
  const place = (keyId: string): Reservation => {
    const target = world.state.catalogue.target(keyId, "a/m");
    if (!target) throw new Error("no target");
    const need = { requests: 1, tokens: 20, inputTokens: 10, units: 0 };
    return { callId: 1, target, need, settle: (spent) => settled.push([keyId, spent]) };
  };
  const ends = new Map<string, (result: Result) => void>();
  const second = Promise.withResolvers<void>();
  const situation: Situation = {
    hasSpare: () => true,
    badGenerations: 0,
    second: () => place("a-2"),
    lost(reservation, failure) {
      lost.push(reservation.target.key.id);
      reservation.settle(spentOnFailure(reservation, failure));
    },
  };
  const discarded: string[] = [];
  const attempt = hedged<string>(
    ({ target }, _, cancel) =>
      new Promise((resolve) => {
        ends.set(target.key.id, resolve);
        cancel?.addEventListener("abort", () => resolve({ failure: aborted("hedge/slower") }));
        if (target.key.id === "a-2") second.resolve();
      }),
    (answer) => discarded.push(answer),
    timers,
  );
  const outcome = attempt(place("a-1"), situation);
  await second.promise;
  const end = (keyId: string, result: Result): void => ends.get(keyId)?.(result);
  return { outcome, end, settled, lost, discarded };
}

it("the slower one is given up and counted as if it had gone well", async () => {
  const { outcome, end, settled, lost } = await race();
  end("a-2", { answer: "quick" });
  expect(await outcome).toMatchObject({ answer: "quick", target: { key: { id: "a-2" } } });
  expect(settled).toEqual([["a-1", { requests: 1, inputTokens: 10, outputTokens: 10, counted: false }]]);
  expect(lost).toEqual([]);
});

it("both answer at once: the one that is not taken is discarded, and settles itself", async () => {
  const { outcome, end, settled, discarded } = await race();
  end("a-1", { answer: "first" });
  end("a-2", { answer: "second" });
  expect(await outcome).toMatchObject({ answer: "first" });
  expect(discarded).toEqual(["second"]);
  expect(settled).toEqual([]);
});

it("the client leaves in the middle: the second is settled here, the first by who asked for it", async () => {
  const { outcome, end, settled, lost } = await race();
  end("a-1", { failure: aborted("client/gone") });
  end("a-2", { failure: aborted("client/gone") });
  expect(await outcome).toEqual({ failure: aborted("client/gone") });
  expect(settled.map(([keyId]) => keyId)).toEqual(["a-2"]);
  expect(lost).toEqual(["a-2"]);
});

it("the first fails and the second answers: the failure is told and settled once", async () => {
  const { outcome, end, settled, lost } = await race();
  end("a-1", { failure: busy });
  end("a-2", { answer: "late" });
  expect(await outcome).toMatchObject({ answer: "late", target: { key: { id: "a-2" } } });
  expect(settled.map(([keyId]) => keyId)).toEqual(["a-1"]);
  expect(lost).toEqual(["a-1"]);
});
