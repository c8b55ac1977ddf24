/** E8: compressed bodies are decoded, whole and as a stream that flows. Bombs stand in `test/e2e/bomb.test.ts`. */
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, type Step } from "../support/steps.ts";
import { askStream, askWhole } from "./support/ask.ts";
import { words } from "./support/faithful.ts";
import { chunk, DONE, EVENTS, finish } from "./support/frames.ts";
import { rawStream } from "./support/raw.ts";

const WHOLE = words(20);
const WHOLE_BODY = JSON.stringify({
  ...{ id: "chatcmpl-test", object: "chat.completion", created: 1, model: "m" },
  choices: [{ index: 0, message: { role: "assistant", content: WHOLE }, finish_reason: "stop" }],
});
const FRAMES = [...(WHOLE.match(/\S+ ?/g) ?? []).map((content) => chunk({ content })), finish("stop"), DONE];

const CODINGS: [string, (bytes: string) => Uint8Array][] = [
  ["gzip", (bytes) => gzipSync(bytes)],
  ["br", (bytes) => brotliCompressSync(bytes)],
  ["deflate", (bytes) => deflateSync(bytes)],
  ["zstd", (bytes) => zstdCompressSync(bytes)],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

describe.each(CODINGS)("%s", (coding, compress) => {
  const packed: Step = (exchange) => {
    const streamed = exchange.call.body?.stream === true;
    const type = streamed ? EVENTS : { "content-type": "application/json" };
    const bytes = compress(streamed ? FRAMES.join("") : WHOLE_BODY);
    exchange.reply(200, { ...type, "content-encoding": coding }, bytes);
  };

  it("a whole answer and a stream are decoded", async () => {
    const [only] = await stage.endpoints(coding, [packed]);
    expect(await askWhole(stage, { model: coding })).toMatchObject({ error: undefined, text: WHOLE });
    expect(await askStream(stage, { model: coding })).toMatchObject({ error: undefined, text: WHOLE });
    expect(only?.upstream.calls).toHaveLength(2);
  });

  it("an error in it is understood", async () => {
    const body = compress(JSON.stringify({ error: { message: "Insufficient credits", code: 402 } }));
    const refused: Step = (exchange) =>
      exchange.reply(402, { "content-type": "application/json", "content-encoding": coding }, body);
    await stage.endpoints(`error-${coding}`, [refused, answer({ content: "from the second" })]);
    const told = await askWhole(stage, { model: `error-${coding}` });
    expect(told.headers?.get("x-fallback-trail")).toMatch(/=no_credit$/);
  });

  it("bytes that are not what they are called are a failure, and the next target answers", async () => {
    const wrong: Step = (exchange) =>
      exchange.reply(200, { "content-type": "application/json", "content-encoding": coding }, WHOLE_BODY);
    await stage.endpoints(`wrong-${coding}`, [wrong, answer({ content: "from the second" })]);
    expect(await askWhole(stage, { model: `wrong-${coding}` })).toMatchObject({ text: "from the second" });
  });
});

describe.each([
  ["gzip", () => createGzip(), constants.Z_SYNC_FLUSH],
  ["br", () => createBrotliCompress(), constants.BROTLI_OPERATION_FLUSH],
] as const)("%s, flushed after each word", (coding, create, flush) => {
  it("flows: a word is with the client before the next one is made", async () => {
    let go = (): void => {};
    const flowing: Step = async (exchange) => {
      const packer = create();
      packer.on("data", (bytes: Buffer) => exchange.chunk(bytes));
      exchange.begin(200, { ...EVENTS, "content-encoding": coding });
      for (const frame of FRAMES) {
        packer.write(frame);
        await new Promise<void>((resolve) => packer.flush(flush, () => resolve()));
        if (frame.includes("word5 ")) await new Promise<void>((resolve) => (go = resolve));
      }
      packer.end();
      await new Promise((resolve) => packer.once("end", resolve));
      exchange.end();
    };
    await stage.endpoints(`flow-${coding}`, [flowing]);
    const raw = rawStream(stage, `flow-${coding}`);
    await raw.saw("word5 ");
    expect(raw.text).not.toContain("word6 ");
    go();
    expect(await raw.end()).toMatch(/data: \[DONE\]\n\n$/);
  });
});
