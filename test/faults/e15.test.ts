/** E15: a slow but healthy stream. Each token is with the client before the upstream makes the next one. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import type { Step } from "../support/steps.ts";
import { chunk, DONE, EVENTS, finish } from "./support/frames.ts";
import { rawStream } from "./support/raw.ts";

const COUNT = 12;
/** Longer than a stream may be silent in this test is the whole of it, never a single pause. */
const PAUSE_MS = 250;
const STALL_MS = 1_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    env: { FREELLM_STREAM_STALL_MS: String(STALL_MS), FREELLM_FIRST_CONTENT_MS: String(STALL_MS) },
  });
});
afterAll(() => stage.close());

it.each([
  ["content", {}],
  ["reasoning_content", {}],
  [
    "content",
    { tools: [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }] },
  ],
  ["content", { response_format: { type: "json_object" } }],
] as const)("%s flows (%j)", async (field, more) => {
  let next = (): void => {};
  const slow: Step = async (exchange) => {
    exchange.begin(200, EVENTS);
    for (let token = 1; token <= COUNT; token++) {
      exchange.chunk(chunk({ [field]: `token${token} ` }));
      // Nothing more before the client has this one.
      await new Promise<void>((resolve) => {
        next = resolve;
      });
      await exchange.sleep(PAUSE_MS);
    }
    // Thoughts alone would be no answer.
    exchange.chunk(chunk({ content: "over" }) + finish("stop") + DONE);
    exchange.end();
  };
  const model = `slow-${field}-${Object.keys(more).join("")}`.toLowerCase();
  const [only] = await stage.endpoints(model, [slow]);
  const raw = rawStream(stage, model, { more });
  for (let token = 1; token <= COUNT; token++) {
    await raw.saw(`token${token} `);
    expect(raw.text).not.toContain(`token${token + 1} `);
    next();
  }
  const text = await raw.end();
  expect(text).toMatch(/data: \[DONE\]\n\n$/);
  expect(only?.upstream.calls).toHaveLength(1);
});
