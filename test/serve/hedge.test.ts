/** A call that is slower than usual is doubled where the user wants it; over the wire. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { answer, failure, type Step } from "../support/steps.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_HEDGE: "on" } });
});
afterAll(() => stage.close());

/** Quick for `count` calls, then as `later` says. */
function quickFor(count: number, later: Step): Step {
  let left = count;
  return (exchange) => (left-- > 0 ? answer()(exchange) : later(exchange));
}

async function ask(model: string): Promise<string | null> {
  const call = stage.client.chat.completions.create({ model, messages: HELLO, stream: true });
  const { data, response } = await call.withResponse();
  let text = "";
  for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? "";
  expect(text).not.toBe("");
  return response.headers.get("x-routed-via");
}

describe("a doubled call", () => {
  it("is answered by the faster one, and the slower is given up without blame", async () => {
    const [slow, other] = await stage.endpoints("hedge", [
      quickFor(10, answer({ delayMs: 3_000 })),
      answer(),
    ]);
    for (let call = 0; call < 10; call++) expect(await ask("hedge")).toMatch(/^hedge-1\//);
    const began = performance.now();
    expect(await ask("hedge")).toMatch(/^hedge-2\//);
    expect(performance.now() - began).toBeLessThan(2_900);
    expect(slow?.upstream.calls).toHaveLength(11);
    expect(other?.upstream.calls).toHaveLength(1);
    await expect.poll(() => slow?.upstream.calls[10]?.abortedAt ?? null).not.toBeNull();
    // No more than one call in twenty is doubled: the next one waits, where it would have been answered before.
    expect(await ask("hedge")).toMatch(/^hedge-1\//);
    expect(other?.upstream.calls).toHaveLength(1);
  });

  it("falls back on the first when the second fails", async () => {
    const [, other] = await stage.endpoints("hedge-b", [
      quickFor(40, answer({ delayMs: 700 })),
      failure(503),
    ]);
    for (let call = 0; call < 40; call++) await ask("hedge-b");
    expect(await ask("hedge-b")).toMatch(/^hedge-b-1\//);
    expect(other?.upstream.calls).toHaveLength(1);
  });
});
