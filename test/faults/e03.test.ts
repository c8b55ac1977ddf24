/** E3: 401 on one of two keys of a provider. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { addCustomKeyTo } from "../support/binary.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, reply, type Step } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";
import { addProvider, eventually, keysOf } from "./support/stage.ts";

const BAD = "sk-made-up-bad";
const GOOD = "sk-made-up-good";
const invalid = reply(401, { error: { message: "Incorrect API key provided", code: "invalid_api_key" } });
const byKey: Step = (exchange) => (exchange.call.key === BAD ? invalid : answer())(exchange);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function stateOf(provider: string, bad: boolean): Promise<string | undefined> {
  const keys = (await keysOf(stage)).filter((key) => key.provider === provider);
  return keys[bad ? 0 : 1]?.state;
}

it.each(WAYS)("%s: the sibling serves, the bad key is validated once and disabled", async (way, ask) => {
  let open = true;
  const name = `agreed-${way}`;
  const upstream = await addProvider(stage, name, byKey, {
    key: BAD,
    refusesKey: (key) => key === BAD && !open,
  });
  await addCustomKeyTo(stage.freellm, { name, baseUrl: upstream.baseUrl, key: GOOD, models: [name] });
  open = false;
  const probes = upstream.otherCalls.length;
  for (let request = 0; request < 5; request++) {
    expect(await ask(stage, { model: name })).toMatchObject({ error: undefined, finish: "stop" });
  }
  expect(upstream.calls.filter(({ key }) => key === BAD)).toHaveLength(1);
  await eventually("the key is validated", () => upstream.otherCalls.length > probes);
  const provider = (await keysOf(stage)).find((key) => key.provider.includes(name))?.provider ?? name;
  let state = await stateOf(provider, true);
  for (let look = 0; state !== "invalid" && look < 40; look++) state = await stateOf(provider, true);
  expect(state).toBe("invalid");
  expect(await stateOf(provider, false)).toBe("healthy");
  expect(upstream.otherCalls.slice(probes).filter(({ key }) => key === BAD)).toHaveLength(1);
});

it("a key that a list open to anybody calls good is not disabled, and not called again either", async () => {
  const upstream = await addProvider(stage, "disagreed", byKey, { key: BAD });
  await addCustomKeyTo(stage.freellm, {
    ...{ name: "disagreed", baseUrl: upstream.baseUrl, key: GOOD, models: ["disagreed"] },
  });
  const probes = upstream.otherCalls.length;
  const [, ask] = WAYS[0];
  for (let request = 0; request < 5; request++) {
    expect(await ask(stage, { model: "disagreed" })).toMatchObject({ error: undefined, finish: "stop" });
  }
  await eventually("the key is validated", () => upstream.otherCalls.length > probes);
  const provider = (await keysOf(stage)).find((key) => key.provider.includes("disagreed"))?.provider ?? "";
  expect(await stateOf(provider, true)).not.toMatch(/^(invalid|disabled)$/);
  expect(upstream.calls.filter(({ key }) => key === BAD)).toHaveLength(1);
});
