/** S10: a malformed event between good ones. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { garbageAfter } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { words } from "./support/faithful.ts";
import { rawStream } from "./support/raw.ts";

const WHOLE = words(12);
const GARBAGE: [string, string][] = [
  ["half an object", 'data: {"garbage":\n\n'],
  ["words", "data: garbage\n\n"],
  ["a page", "data: <html><body>garbage</body></html>\n\n"],
  ["a number", "data: 12\n\n"],
  ["null", "data: null\n\n"],
  ["an array", 'data: ["garbage"]\n\n'],
  ["no event at all", "garbage without a colon\n\n"],
  ["an unknown field", "garbage: yes\n\n"],
  ["choices of a wrong type", 'data: {"choices":"garbage"}\n\n'],
  ["a choice that is null", 'data: {"choices":[null]}\n\n'],
  ["a delta of a wrong type", 'data: {"choices":[{"index":0,"delta":"garbage"}]}\n\n'],
  ["bytes that are no UTF-8", "data: garbage \u0000\u0001\n\n"],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each(GARBAGE)("%s is skipped in place", async (name, bytes) => {
  const model = name.replaceAll(/[^a-z]+/gi, "-").toLowerCase();
  const [only] = await stage.endpoints(model, [garbageAfter(5, bytes, { content: WHOLE })]);
  expect(await askStream(stage, { model })).toMatchObject({ error: undefined, text: WHOLE, finish: "stop" });
  const text = await rawStream(stage, model).end();
  expect(text).not.toContain("garbage");
  for (const event of text.trim().split("\n\n")) {
    if (event !== "data: [DONE]") expect(() => JSON.parse(event.replace(/^data: /, ""))).not.toThrow();
  }
  expect(only?.upstream.calls).toHaveLength(2);
});
