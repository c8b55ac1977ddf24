/** E16: the same stream in every framing that the format allows: the client sees the identical answer. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import type { Step } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { chunk, DONE, EVENTS, finish } from "./support/frames.ts";
import { rawStream } from "./support/raw.ts";

const TEXT = ["Grüße ", "aus 東京 ", "🎉", ", alles gut.\n", "Zeile \r\n", "\u2028Ende"];
const CALL = { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Zü' } };
const PLAIN = [
  chunk({ role: "assistant", content: "" }),
  chunk({ reasoning_content: "Überlegen … " }),
  ...TEXT.map((content) => chunk({ content })),
  chunk({ tool_calls: [{ index: 0, ...CALL }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: 'rich"}' } }] }),
  finish("tool_calls"),
  DONE,
].join("");
const TOOLS = [{ type: "function", function: { name: "get_weather", parameters: { type: "object" } } }];

const bytesOf = (text: string): Buffer => Buffer.from(text);
const byByte = (bytes: Buffer): Buffer[] => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
const inPieces =
  (size: number) =>
  (bytes: Buffer): Buffer[] =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
const atOnce = (bytes: Buffer): Buffer[] => [bytes];
const multiline = PLAIN.replaceAll('"choices":', '\ndata: "choices":');

const FRAMINGS: [string, string, (bytes: Buffer) => Buffer[]][] = [
  ["at once", PLAIN, atOnce],
  ["byte by byte", PLAIN, byByte],
  ["in pieces of 7", PLAIN, inPieces(7)],
  ["in pieces of 1021", PLAIN, inPieces(1021)],
  ["CRLF", PLAIN.replaceAll("\n", "\r\n"), atOnce],
  ["CRLF, byte by byte", PLAIN.replaceAll("\n", "\r\n"), byByte],
  ["CR", PLAIN.replaceAll("\n", "\r"), inPieces(5)],
  ["no space", PLAIN.replaceAll("data: ", "data:"), inPieces(3)],
  ["BOM", `\ufeff${PLAIN}`, byByte],
  ["comments", PLAIN.replaceAll("\n\n", "\n\n: ping\n\n"), inPieces(11)],
  ["fields", PLAIN.replaceAll("data: ", "id: 7\nretry: 10\nevent: message\ndata: "), inPieces(13)],
  ["data over two lines", multiline, inPieces(9)],
  ["blank lines", PLAIN.replaceAll("\n\n", "\n\n\n\n"), inPieces(4)],
  ["no end of line at the end", PLAIN.trimEnd(), inPieces(6)],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.concurrent.each(FRAMINGS)("%s", async (name, text, split) => {
  const framed: Step = async (exchange) => {
    exchange.begin(200, EVENTS);
    for (const [index, piece] of split(bytesOf(text)).entries()) {
      exchange.chunk(piece);
      // Lets the pieces leave one by one now and then.
      if (index % 50 === 0) await exchange.sleep(1);
    }
    exchange.end();
  };
  const model = `framing-${name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`;
  const [only] = await stage.endpoints(model, [framed]);
  const told = await askStream(stage, { model, more: { tools: TOOLS } });
  expect(told).toMatchObject({
    error: undefined,
    text: TEXT.join(""),
    reasoning: "Überlegen … ",
    calls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Zürich"}' }],
    finish: "tool_calls",
  });
  expect(only?.upstream.calls).toHaveLength(1);
});

it("the bytes to the client do not depend on the framing from the provider", async () => {
  const seen = new Set<string>();
  for (const [name, split] of [
    ["bytes-at-once", atOnce],
    ["bytes-one-by-one", byByte],
  ] as const) {
    const framed: Step = (exchange) => {
      exchange.begin(200, EVENTS);
      for (const piece of split(bytesOf(PLAIN))) exchange.chunk(piece);
      exchange.end();
    };
    await stage.endpoints(name, [framed]);
    const events = (await rawStream(stage, name, { more: { tools: TOOLS } }).end())
      .split("\n\n")
      .filter((event) => event.startsWith("data: "));
    // Id and time of the stream are the provider's own; the rest must be the same.
    seen.add(events.join("\n").replaceAll(/"created":\d+/g, '"created":0'));
  }
  expect(seen.size).toBe(1);
});
