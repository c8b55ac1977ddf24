/** The scripted upstream misbehaves exactly as told: the other tests stand on this. */
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  answer,
  cutAfter,
  drip,
  empty,
  errorEvent,
  garbageAfter,
  gzipped,
  hang,
  html,
  reset,
  tooMany,
  withoutDone,
} from "./steps.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.stop());

function ask(body: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${upstream.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer made-up", "x-mark": "1" },
    body: JSON.stringify({ model: "test-model", messages: [], ...body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

it("answers whole and streamed, and records the calls", async () => {
  upstream.script(answer({ content: "one two" }), answer({ content: "three four" }));
  expect((await (await ask()).json()).choices[0].message.content).toBe("one two");
  const text = await (await ask({ stream: true })).text();
  expect(text).toContain('"content":"three "');
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(upstream.calls).toHaveLength(2);
  expect(upstream.calls[1]).toMatchObject({
    key: "made-up",
    body: { stream: true },
    headers: { "x-mark": "1" },
  });
});

it("goes on with `otherwise` after the script", async () => {
  upstream.script(tooMany(3));
  upstream.otherwise(gzipped({ content: "zipped" }));
  const limited = await ask();
  expect(limited.status).toBe(429);
  expect(limited.headers.get("retry-after")).toBe("3");
  expect((await (await ask()).json()).choices[0].message.content).toBe("zipped");
});

it("resets, and breaks off in the middle", async () => {
  upstream.script(reset, cutAfter(3), cutAfter(3, { how: "reset" }), cutAfter(0));
  await expect(ask()).rejects.toThrow();
  await expect((async () => (await ask({ stream: true })).text())()).rejects.toThrow();
  await expect((async () => (await ask({ stream: true })).text())()).rejects.toThrow();
  await expect((async () => (await ask()).text())()).rejects.toThrow();
});

it("hangs and drips, and sees when the caller leaves", async () => {
  upstream.script(hang, drip(5));
  for (const index of [0, 1]) {
    const left = Date.now() + 50;
    await expect(ask({}, AbortSignal.timeout(50))).rejects.toThrow();
    await expect.poll(() => upstream.calls[index]?.abortedAt).toBeGreaterThan(left - 5);
  }
});

it("speaks nonsense in every way", async () => {
  upstream.script(html(), errorEvent(429, "slow down"), empty, garbageAfter(2), withoutDone());
  expect((await ask()).headers.get("content-type")).toBe("text/html");
  expect(await (await ask({ stream: true })).text()).toBe(
    'data: {"error":{"code":429,"message":"slow down"}}\n\n',
  );
  expect((await (await ask()).json()).choices[0].message.content).toBe("");
  expect(await (await ask({ stream: true })).text()).toContain("data: {not json\n\n");
  expect(await (await ask({ stream: true })).text()).not.toContain("[DONE]");
});

it("lists its models without touching the script", async () => {
  const list = await (await fetch(`${upstream.baseUrl}/models`)).json();
  expect(list.data[0].id).toBe("test-model");
  expect(upstream.calls).toHaveLength(0);
  expect(upstream.otherCalls).toHaveLength(1);
});
