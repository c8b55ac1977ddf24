/** `keys clear`: what a key rests for is over at once, and what cannot be cleared is said. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "../support/binary.ts";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { failure, tooMany } from "../support/steps.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const clear = (...args: string[]) => cli(stage.home, ["keys", "clear", ...args]);
const ask = (model: string) => stage.client.chat.completions.create({ model, messages: HELLO });

async function stateOf(id: string): Promise<string> {
  const { keys } = JSON.parse((await cli(stage.home, ["keys", "--json"])).stdout);
  return keys.find((key: { id: string }) => key.id === id).state;
}

describe("keys clear", () => {
  it("ends a rest that the provider asked for: the key is called again", async () => {
    const [first] = await stage.endpoints("rests", [null, null]);
    first?.upstream.script(tooMany(600));
    await ask("rests");
    expect(await stateOf("rests-1-1")).toBe("rate_limited");
    await ask("rests");
    expect(first?.upstream.calls).toHaveLength(1);
    expect(await clear("rests-1-1")).toEqual({ code: 0, stdout: "rests-1-1 rests no longer.\n", stderr: "" });
    expect(await stateOf("rests-1-1")).not.toBe("rate_limited");
    await ask("rests");
    expect(first?.upstream.calls).toHaveLength(2);
  });

  it("ends a rest of the whole account", async () => {
    const [first] = await stage.endpoints("broke", [failure(402, "Insufficient credits"), null]);
    await ask("broke");
    expect(await stateOf("broke-1-1")).toBe("rate_limited");
    const { stdout } = await clear("broke-1-1", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      keys: [{ id: "broke-1-1", until: null }],
      notes: [],
    });
    await ask("broke");
    expect(first?.upstream.calls).toHaveLength(2);
  });

  it("says that there is nothing to clear, and that a limit is used up", async () => {
    await stage.endpoints("idle", [null], { rpm: 1 });
    expect((await clear("idle-1-1")).stdout).toBe("idle-1-1: It did not rest.\n");
    await ask("idle");
    expect((await clear("idle-1-1")).stdout).toBe(
      "idle-1-1: It did not rest. It cannot be called yet: limit of 1 request a minute. That passes by itself.\n",
    );
  });

  it("says which of both is so: the rest is over, and the limit is used up all the same", async () => {
    const [first] = await stage.endpoints("both", [null], { rpm: 1 });
    first?.upstream.script(tooMany(600));
    await expect(ask("both")).rejects.toMatchObject({ status: 429 });
    expect((await clear("both-1-1")).stdout).toBe(
      "both-1-1: Its rest is over, but it cannot be called yet: limit of 1 request a minute. That passes by itself.\n",
    );
  });

  it("of an unknown key is an error", async () => {
    const { code, stderr } = await clear("nobody-1");
    expect(code).toBe(1);
    expect(stderr).toContain('There is no key "nobody-1"');
  });
});
