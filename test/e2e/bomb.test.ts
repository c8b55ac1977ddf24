/** A small reply that unpacks to a huge one is a failure of its provider, whole or streamed; the next target answers. */
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import type { Step } from "../support/steps.ts";

const MEGABYTE = 1024 * 1024;
const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } };

/** Comments of a stream, which hold no content: no other limit ends them. */
const COMMENTS = brotliCompressSync(Buffer.alloc(400 * MEGABYTE, `: ${"x".repeat(1000)}\n\n`), fast);
const WHOLE = brotliCompressSync(Buffer.alloc(400 * MEGABYTE, " "), fast);

const bomb = (type: string, bytes: Buffer): Step => {
  return (exchange) => exchange.reply(200, { "content-type": type, "content-encoding": "br" }, bytes);
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** The most memory the program has had, in bytes. */
function peakMemory(): number {
  const status = readFileSync(`/proc/${stage.freellm.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

it.skipIf(process.platform !== "linux").each([
  ["whole", false, bomb("application/json", WHOLE)],
  ["stream", true, bomb("text/event-stream", COMMENTS)],
] as const)(
  "%s",
  async (name, stream, step) => {
    const model = `bomb-${name}`;
    await stage.endpoints(model, [step, null]);
    const before = peakMemory();
    const { data, response } = await stage.client.chat.completions
      .create({ model, messages: HELLO, stream }, { timeout: 60_000 })
      .withResponse();
    let text = "";
    if ("choices" in data) text = data.choices[0]?.message.content ?? "";
    else for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("Hello from the upstream, all is well.");
    expect(response.headers.get("x-fallback-trail")).toMatch(/=bad_reply$/);
    expect(peakMemory() - before).toBeLessThan(128 * MEGABYTE);
  },
  60_000,
);
