/** E4: 402. The account rests; keys of other accounts serve. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { addCustomKeyTo } from "../support/binary.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, reply, type Step } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";
import { addProvider } from "./support/stage.ts";

const spent = reply(402, { error: { message: "Insufficient credits", type: "billing", code: 402 } });
const byKey: Step = (exchange) => (exchange.call.key.includes("poor") ? spent : answer())(exchange);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each(WAYS)("%s", async (way, ask) => {
  const name = `credit-${way}`;
  const upstream = await addProvider(stage, name, byKey, { key: "sk-made-up-poor-1", account: "poor" });
  for (const [key, account] of [
    ["sk-made-up-poor-2", "poor"],
    ["sk-made-up-rich-1", "rich"],
  ] as const) {
    await addCustomKeyTo(stage.freellm, { name, baseUrl: upstream.baseUrl, key, account, models: [name] });
  }
  for (let request = 0; request < 4; request++) {
    expect(await ask(stage, { model: name })).toMatchObject({ error: undefined, finish: "stop" });
  }
  expect(upstream.calls.map(({ key }) => key)).toEqual([
    "sk-made-up-poor-1",
    ...Array.from({ length: 4 }, () => "sk-made-up-rich-1"),
  ]);
});
