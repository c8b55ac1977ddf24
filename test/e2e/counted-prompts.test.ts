/** Where an estimate would refuse a prompt that fits, it is counted; and what is not in doubt is never counted. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addCustomKeyTo, cli } from "../support/binary.ts";
import { clientOf, HELLO, openStage, type Stage } from "../support/stage.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

/** Groq's limit for this model: tokens a minute, answer included. */
const CAP = 8_000;
const MODEL = "openai/gpt-oss-120b";
const PROSE = readFileSync(join(import.meta.dirname, "../../LICENSE"), "utf8");

let stage: Stage;
let groq: Upstream;
beforeAll(async () => {
  groq = await startUpstream({ models: [MODEL] });
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
  await addGroq(stage.home, groq.baseUrl);
});
afterAll(async () => {
  await stage.close();
  await groq.stop();
});

async function addGroq(home: string, baseUrl: string): Promise<void> {
  const args = ["keys", "add", "groq", "--base-url", baseUrl, "--no-test"];
  const added = await cli(home, args, { stdin: `gsk_${"madeup0".repeat(7)}\n` });
  expect(added.stderr + added.stdout).toContain("groq-1");
}

/** Prose of so many tokens, about: an English word has one and a half, by what is estimated. */
function prose(tokens: number): string {
  const share = PROSE.length / countTokens(PROSE);
  const characters = Math.floor(tokens * share);
  return PROSE.repeat(Math.ceil(characters / PROSE.length)).slice(0, characters);
}

function ask(content: string, at = stage) {
  return clientOf(at.freellm)
    .chat.completions.create({ model: `groq/${MODEL}`, messages: [{ role: "user", content }] })
    .withResponse();
}

async function explained(home: string, ...args: string[]) {
  const { stdout, code } = await cli(home, ["explain", "--last", "--json", ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout).explanations[0];
}

it("a prompt that only the estimate takes for too large is counted, served, and explained; it is replayed as it was", async () => {
  const content = prose(5_600);
  const { response } = await ask(content);
  expect(response.status).toBe(200);
  expect(response.headers.get("x-routed-via")).toBe(`groq/${MODEL}`);
  const explanation = await explained(stage.home, "--replay");
  const [count, call] = explanation.steps;
  expect(explanation.tokens.input).toBeGreaterThan(CAP);
  expect(count).toMatchObject({ type: "count" });
  // Exact but for the frame of the one message.
  expect(count.tokens - countTokens(content)).toBeGreaterThan(0);
  expect(count.tokens - countTokens(content)).toBeLessThan(150);
  expect(call).toMatchObject({ type: "call", failure: null, reserved: { inputTokens: count.tokens } });
  expect(call.reserved.tokens).toBeLessThanOrEqual(CAP);
  expect(explanation.replay).toMatchObject({ agrees: true, problem: null });
  const told = await cli(stage.home, ["explain", "--last"]);
  expect(told.stdout).toContain(`${count.tokens} tokens`);
});

it("one that does not fit is refused with the truth, and leaves nothing reserved", async () => {
  const calls = groq.calls.length;
  const error = await ask(prose(8_200)).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ status: 413, code: "context_length_exceeded" });
  const explanation = await explained(stage.home, "--replay");
  const [count, end] = explanation.steps;
  expect(count).toMatchObject({ type: "count" });
  expect(String(error)).toContain(`The prompt of ${count.tokens.toLocaleString("en")} tokens is too long`);
  expect(String(error)).toContain("takes has 7,744");
  expect(end).toMatchObject({ type: "end", reason: "too_long" });
  expect(explanation.replay.agrees).toBe(true);
  expect(groq.calls).toHaveLength(calls);
});

it("one that is out of the question is refused without a count", async () => {
  await expect(ask(prose(40_000))).rejects.toMatchObject({ status: 413 });
  expect((await explained(stage.home)).steps.map(({ type }: { type: string }) => type)).toEqual(["end"]);
});

it("ordinary requests are not counted", async () => {
  await stage.client.chat.completions.create({ model: `groq/${MODEL}`, messages: HELLO });
  expect((await explained(stage.home)).steps).toMatchObject([{ type: "call" }]);
});

it("a model is not passed over for what is only estimated", async () => {
  const roomy = await startUpstream({ models: [MODEL] });
  try {
    const limits = { tpm: 1_000_000 };
    await addCustomKeyTo(stage.freellm, {
      ...{ name: "roomy", baseUrl: roomy.baseUrl, key: "sk-made-up-roomy", models: [MODEL], limits },
    });
    const messages = (content: string) => [{ role: "user" as const, content }];
    const create = (content: string) =>
      stage.client.chat.completions.create({ model: MODEL, messages: messages(content) }).withResponse();
    const { response } = await create(prose(5_700));
    expect(response.headers.get("x-routed-via")).toBe(`groq/${MODEL}`);
    const further = await create(prose(8_300));
    expect(further.response.headers.get("x-routed-via")).toBe(`roomy/${MODEL}`);
  } finally {
    await roomy.stop();
  }
});
