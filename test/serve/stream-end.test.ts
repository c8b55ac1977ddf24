/** How a stream ends: when its provider forgets to close, and when its client forgets to read. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { type Step, stallAfter } from "../support/steps.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_STREAM_STALL_MS: "1000", FREELLM_MAX_WAIT_MS: "0" } });
}, 60_000);
afterAll(() => stage.close());

function ask(model: string): Promise<Response> {
  return fetch(`${stage.freellm.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.freellm.token}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Hello" }] }),
  });
}

describe("a provider that says all and keeps the connection open", () => {
  it("after [DONE] delays nobody", async () => {
    await stage.endpoints("open-after-done", [stallAfter(Number.POSITIVE_INFINITY)]);
    const started = performance.now();
    expect(await (await ask("open-after-done")).text()).toMatch(/data: \[DONE\]\n\n$/);
    expect(performance.now() - started).toBeLessThan(900);
  });

  it("without [DONE] is a finished answer all the same, within eight seconds", async () => {
    await stage.endpoints("open-without-done", [stallAfter(-1)]);
    const started = performance.now();
    expect(await (await ask("open-without-done")).text()).toMatch(/data: \[DONE\]\n\n$/);
    expect(performance.now() - started).toBeLessThan(8_000);
  });
});

const WORD = "abcdefgh".repeat(1_024);
const COUNT = 3_000;

/** 24 MB as fast as the socket takes them. */
const flood: Step = async (exchange) => {
  exchange.begin(200, { "content-type": "text/event-stream" });
  const frame = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const chunk = frame({ content: WORD }, null);
  for (let sent = 0; sent < COUNT && !exchange.over; sent++) {
    exchange.chunk(chunk);
    if (exchange.socket.writableNeedDrain) {
      await new Promise((resolve) => exchange.socket.once("drain", resolve));
    }
  }
  exchange.chunk(`${frame({}, "stop")}data: [DONE]\n\n`);
  exchange.end();
};

describe("a client that pauses", () => {
  it("longer than a provider may be silent gets the whole answer in the end", async () => {
    await stage.endpoints("flood", [flood]);
    const body = JSON.stringify({
      model: "flood",
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
    });
    const { port } = new URL(stage.freellm.baseUrl);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${stage.freellm.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    let bytes = 0;
    let tail = "";
    for await (const chunk of socket) {
      bytes += chunk.length;
      tail = (tail + chunk).slice(-200);
    }
    expect(tail).toContain("data: [DONE]");
    expect(bytes).toBeGreaterThan(COUNT * WORD.length * 0.99);
  });
});
