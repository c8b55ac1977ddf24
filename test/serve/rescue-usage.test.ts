/** What a client is told of the use of an answer that was continued elsewhere. */
import { expect, it } from "vitest";
import type { ChatEvent, Usage } from "../../src/core/chat/event.ts";
import { promised } from "../../src/core/chat/later.ts";
import { LiveAnswer } from "../../src/core/serve/live-answer.ts";
import { RescuedAnswer } from "../../src/core/serve/rescue.ts";
import { World } from "../route/world.ts";

/** An answer of these batches, whose prompt was reserved with `inputTokens`; it breaks behind them unless it has finished. */
function live(inputTokens: number, batches: ChatEvent[][]): LiveAnswer {
  const world = new World().provider("a", [{ id: "m" }]).key("a-1");
  const target = world.state.catalogue.target("a-1", "a/m");
  if (!target) throw new Error("no target");
  const need = { requests: 1, tokens: inputTokens + 100, inputTokens, units: 0 };
  const [held = [], ...rest] = batches;
  const source = {
    next: () => rest.shift() ?? null,
    cancel: () => {},
    heldCharacters: 0,
    broke: () => {},
    failureOf: () => ({ kind: "transport" as const, scope: "model" as const, rule: "test", message: "cut" }),
  };
  const reservation = { callId: 1, target, need, settle: () => {} };
  return new LiveAnswer(reservation, held, source, { monotonic: () => 0 });
}

async function lastUsage(answer: RescuedAnswer): Promise<Usage | null> {
  let usage: Usage | null = null;
  const next = () => promised((wake) => answer.read(wake));
  for (let events = await next(); events !== null; events = await next()) {
    for (const event of events) if (event.type === "usage") usage = event.usage;
  }
  return usage;
}

const text = (words: string): ChatEvent => ({ type: "text-delta", text: words });
const counted = (inputTokens: number, outputTokens: number): ChatEvent => ({
  type: "usage",
  usage: { inputTokens, outputTokens },
});

it("the prompt is the client's own, not that of the continuation; the output is all of it", async () => {
  const first = live(50, [[text("a".repeat(40))]]);
  const next = live(90, [[text("b".repeat(40))], [{ type: "finish", reason: "stop" }, counted(80, 9)]]);
  const rescued = new RescuedAnswer(first, { goOn: async () => next, continuesExactly: () => false });
  expect(await lastUsage(rescued)).toEqual({ inputTokens: 50, outputTokens: 19, estimated: true });
  expect(rescued.usage.inputTokens).toBe(50);
});

it("a prompt that is asked anew is what its answer says it was, when that is less than the estimate", async () => {
  const first = live(50, [[{ type: "reasoning-delta", text: "t".repeat(40) }]]);
  const next = live(50, [[text("b".repeat(40))], [{ type: "finish", reason: "stop" }, counted(37, 9)]]);
  const rescued = new RescuedAnswer(first, { goOn: async () => next, continuesExactly: () => false });
  expect(await lastUsage(rescued)).toEqual({ inputTokens: 37, outputTokens: 19, estimated: true });
});

it("what was held back when the client left counts for the provider", async () => {
  const world = new World().provider("a", [{ id: "m" }]).key("a-1");
  const target = world.state.catalogue.target("a-1", "a/m");
  if (!target) throw new Error("no target");
  const spent: number[] = [];
  const need = { requests: 1, tokens: 100, inputTokens: 10, units: 0 };
  const settle = ({ outputTokens }: { outputTokens: number }) => spent.push(outputTokens);
  const source = {
    next: () => null,
    cancel: () => {},
    heldCharacters: 400,
    broke: () => {},
    failureOf: () => ({ kind: "transport" as const, scope: "model" as const, rule: "test", message: "cut" }),
  };
  const clock = { monotonic: () => 0 };
  const answer = new LiveAnswer({ callId: 1, target, need, settle }, [text("a".repeat(40))], source, clock);
  answer.read(() => {});
  answer.cancel();
  expect(spent).toEqual([110]);
});
