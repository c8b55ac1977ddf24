/** The official SDK against the compiled program: every error in the class that the OpenAI API would give, and leaving. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf, HELLO, openStage, type Stage } from "../support/stage.ts";
import { answer, failure, hang, reply, tooMany } from "../support/steps.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
  await stage.endpoints("known", [answer()]);
});
afterAll(() => stage.close());

type Chat = Parameters<typeof stage.client.chat.completions.create>[0];

async function errorOf(body: unknown, client = stage.client): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await client.chat.completions.create(body as Chat);
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error;
    throw error;
  }
  throw new Error("no error came");
}

describe("error classes", () => {
  it("AuthenticationError for a wrong token, on every path", async () => {
    const stranger = clientOf({ baseUrl: stage.freellm.baseUrl, token: `freellmapi-${"0".repeat(48)}` });
    expect(await errorOf({ model: "known", messages: HELLO }, stranger)).toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it("NotFoundError for an unknown model", async () => {
    const error = await errorOf({ model: "no-such-model", messages: HELLO });
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error.code).toBe("model_not_found");
    expect(error.message).toContain("no-such-model");
    await expect(stage.client.models.retrieve("no-such-model")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it("BadRequestError that names the field", async () => {
    const cases: [unknown, string][] = [
      [{ model: "known" }, "messages"],
      [{ model: "known", messages: "hello" }, "messages"],
      [{ model: "known", messages: [] }, "messages"],
      [{ model: "known", messages: HELLO, temperature: "hot" }, "temperature"],
      [{ model: "known", messages: HELLO, n: 2 }, "n"],
      [{ messages: HELLO }, "model"],
    ];
    for (const [body, field] of cases) {
      const error = await errorOf(body);
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error.param).toBe(field);
      expect(error.type).toBe("invalid_request_error");
    }
  });

  it("400 for what is no JSON, and JSON errors on unknown paths and wrong methods", async () => {
    const headers = { authorization: `Bearer ${stage.freellm.token}`, "content-type": "application/json" };
    const ask = (path: string, method: string, body?: string) =>
      fetch(`${stage.freellm.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const broken = await ask("/v1/chat/completions", "POST", '{"model": ');
    const nowhere = await ask("/v1/nowhere", "GET");
    const method = await ask("/v1/chat/completions", "GET");
    expect([broken.status, nowhere.status, method.status]).toEqual([400, 404, 405]);
    for (const reply of [broken, nowhere, method]) {
      expect((await reply.json()).error).toMatchObject({
        message: expect.any(String),
        type: expect.any(String),
      });
    }
  });

  it("RateLimitError with Retry-After when every target is at a limit", async () => {
    await stage.endpoints("limited", [tooMany(40), tooMany(50)]);
    const error = await errorOf({ model: "limited", messages: HELLO });
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    const seconds = Number(error.headers?.get("retry-after"));
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(40);
    expect(error.message).toContain("limited");
  });

  it("502 when every target failed, without a word of upstream HTML", async () => {
    const page = reply(500, "<html><h1>Traceback</h1></html>", { "content-type": "text/html" });
    await stage.endpoints("failing", [page, failure(503)]);
    const error = await errorOf({ model: "failing", messages: HELLO });
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error.status).toBe(502);
    expect(JSON.stringify(error.error)).not.toContain("<h1>");
  });

  it("the provider's refusal of the request comes through as a 400", async () => {
    const refusal = reply(400, {
      error: { message: "Your prompt violates our content policy", code: "content_policy_violation" },
    });
    const endpoints = await stage.endpoints("moral", [refusal, answer()]);
    const error = await errorOf({ model: "moral", messages: HELLO });
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(endpoints[1]?.upstream.calls).toHaveLength(0);
  });
});

describe("a client that leaves", () => {
  for (const stream of [false, true]) {
    it(`before the first token (${stream ? "streamed" : "whole"}) is seen upstream within 250 ms`, async () => {
      const model = `left-early-${stream}`;
      const [endpoint] = await stage.endpoints(model, [hang]);
      const leaving = new AbortController();
      const pending = stage.client.chat.completions.create(
        { model, messages: HELLO, stream },
        { signal: leaving.signal },
      );
      const failed = expect(pending).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
      await expect.poll(() => endpoint?.upstream.calls.length).toBe(1);
      const left = Date.now();
      leaving.abort();
      await failed;
      await expect.poll(() => endpoint?.upstream.calls[0]?.abortedAt ?? null).not.toBeNull();
      expect((endpoint?.upstream.calls[0]?.abortedAt ?? 0) - left).toBeLessThan(250);
    });
  }

  it("in the middle of a stream is seen upstream within 250 ms", async () => {
    const [endpoint] = await stage.endpoints("left-late", [
      answer({ content: "word ".repeat(500), tokenMs: 10 }),
    ]);
    const stream = await stage.client.chat.completions.create({
      model: "left-late",
      messages: HELLO,
      stream: true,
    });
    let left = 0;
    for await (const chunk of stream) {
      if (!chunk.choices[0]?.delta.content) continue;
      left = Date.now();
      break;
    }
    await expect.poll(() => endpoint?.upstream.calls[0]?.abortedAt ?? null).not.toBeNull();
    expect((endpoint?.upstream.calls[0]?.abortedAt ?? 0) - left).toBeLessThan(250);
  });
});
