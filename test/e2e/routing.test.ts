/** What a request may ask of the router, over the wire: to stay, to try a chain of models, to be private, a strategy. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "../support/binary.ts";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { answer, failure, type Step } from "../support/steps.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    env: {
      FREELLM_MAX_WAIT_MS: "0",
      FREELLM_PROFILES: "pair=chain-b|chain-a",
      FREELLM_ALIASES: "nickname=chain-b",
    },
  });
});
afterAll(() => stage.close());

/** The first `count` calls go wrong, all others well. */
function failing(count: number): Step {
  let left = count;
  return (exchange) => (left-- > 0 ? failure(500)(exchange) : answer()(exchange));
}

async function routedVia(
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<string | null> {
  const parameters = { messages: HELLO, ...body } as OpenAI.ChatCompletionCreateParamsNonStreaming;
  const { response } = await stage.client.chat.completions.create(parameters, { headers }).withResponse();
  return response.headers.get("x-routed-via");
}

describe("a conversation", () => {
  it("stays where its first turn was answered, by the client's session id", async () => {
    await stage.endpoints("sticky", [failing(2), null]);
    const session = { "X-Session-Id": "turn-by-turn" };
    expect(await routedVia({ model: "sticky" }, session)).toMatch(/^sticky-2\//);
    expect(await routedVia({ model: "sticky" }, session)).toMatch(/^sticky-2\//);
    expect(await routedVia({ model: "sticky" }, { "X-Session-Id": "somebody else" })).toMatch(/^sticky-1\//);
    expect(await routedVia({ model: "sticky", prompt_cache_key: "turn-by-turn" })).toMatch(/^sticky-2\//);
  });

  it("is known again by what was said", async () => {
    await stage.endpoints("known", [failing(2), null]);
    const turns = (count: number) =>
      Array.from({ length: count }, (_, turn) => ({
        role: turn % 2 === 0 ? ("user" as const) : ("assistant" as const),
        content: `turn ${turn}`,
      }));
    expect(await routedVia({ model: "known", messages: turns(3) })).toMatch(/^known-2\//);
    expect(await routedVia({ model: "known", messages: turns(5) })).toMatch(/^known-2\//);
    expect(await routedVia({ model: "known", messages: HELLO })).toMatch(/^known-1\//);
  });
});

describe("a key", () => {
  it("is forced by its id before the model; the decision can be explained and made again", async () => {
    const [first, second] = await stage.endpoints("forced", [null, null]);
    expect(await routedVia({ model: "forced" })).toBe("forced-1/forced");
    expect(await routedVia({ model: "forced-2-1/auto" })).toBe("forced-2/forced");
    expect(await routedVia({ model: "forced-2-1/forced" })).toBe("forced-2/forced");
    expect(first?.upstream.calls).toHaveLength(1);
    const { stdout } = await cli(stage.home, ["explain", "--replay"]);
    expect(stdout).toContain("was served by forced-2/forced with forced-2-1.");
    expect(stdout).toContain("came out the same, bit for bit");
    second?.upstream.script(failure(500), failure(500));
    await expect(routedVia({ model: "forced-2-1/auto" })).rejects.toMatchObject({ status: 502 });
    expect(first?.upstream.calls).toHaveLength(1);
    await expect(routedVia({ model: "forced-2-1/sticky" })).rejects.toMatchObject({ status: 404 });
  });
});

describe("a chain of models", () => {
  it("is tried in the order of the request, which need not name one model first", async () => {
    await stage.endpoints("chain-a", [null]);
    await stage.endpoints("chain-b", [failing(2)]);
    expect(await routedVia({ model: "chain-b", models: ["chain-b", "nobody", "chain-a"] })).toMatch(
      /\/chain-a$/,
    );
    expect(await routedVia({ models: ["chain-b", "chain-a"] })).toMatch(/\/chain-b$/);
    expect(await routedVia({ model: "auto:pair" })).toMatch(/\/chain-b$/);
    expect(await routedVia({ model: "Nickname" })).toMatch(/\/chain-b$/);
  });

  it("of unknown models is a 404, and none at all a missing model", async () => {
    const unknown = routedVia({ model: "no-a", models: ["no-b"] });
    await expect(unknown).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(routedVia({})).rejects.toMatchObject({ status: 400, param: "model" });
  });
});

it("a strategy and an unknown profile are told apart", async () => {
  expect(await routedVia({ model: "auto:fast" })).not.toBeNull();
  await expect(routedVia({ model: "auto:unheard-of" })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
});

it("headers that make no sense are refused by name", async () => {
  const refused = routedVia({ model: "auto" }, { "X-Freellm-Private": "maybe" });
  await expect(refused).rejects.toMatchObject({ status: 400, param: "x-freellm-private" });
  expect(await routedVia({ model: "chain-a" }, { "X-Freellm-Private": "on" })).toMatch(/\/chain-a$/);
});
