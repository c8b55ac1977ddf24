/** A failure before the provider was asked costs nothing. */
import { expect, it } from "vitest";
import type { Failure } from "../../src/core/chat/failure.ts";
import { type AttemptResult, failover } from "../../src/core/route/failover.ts";
import type { Spent } from "../../src/core/route/reservation.ts";
import { World } from "./world.ts";

const REFUSED: Failure = { kind: "client_error", scope: "request", rule: "test/refused", message: "no" };

async function spentOn(failure: Failure): Promise<{ spent: Spent[]; asked: string[] }> {
  const world = new World().provider("a", [{ id: "m" }]).provider("b", [{ id: "n" }]);
  world.key("a-1").key("a-2").key("b-1");
  const spent: Spent[] = [];
  const asked: string[] = [];
  let ids = 0;
  await failover(
    world.request(),
    async ({ target }): Promise<AttemptResult<string>> => {
      asked.push(target.key.id);
      return asked.length === 1 ? { failure } : { answer: "here" };
    },
    { maxAttempts: 5, budgetMs: 1_000, patienceMs: 0 },
    {
      now: () => world.now,
      elapsed: () => 0,
      record: (event) => world.apply(event),
      allowsHedge: () => false,
      allowsRetry: () => true,
      reserve: (target, need) => ({ callId: ++ids, target, need, settle: (one) => void spent.push(one) }),
      wait: async () => {},
      hop: () => {},
    },
  );
  return { spent, asked };
}

it("a call that was never sent spends no request, and another provider is asked", async () => {
  const { spent, asked } = await spentOn({ ...REFUSED, unsent: true });
  expect(spent).toMatchObject([{ requests: 0, inputTokens: 0, outputTokens: 0 }]);
  expect(asked).toEqual(["a-1", "b-1"]);
});

it("a call that the provider refused spends one", async () => {
  const { spent } = await spentOn({ ...REFUSED, status: 400 });
  expect(spent).toMatchObject([{ requests: 1, inputTokens: 0 }]);
});
