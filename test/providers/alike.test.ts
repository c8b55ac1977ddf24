/** Pieces that are like an earlier one are read without their JSON: what comes of them must be what their JSON says. */
import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../src/core/chat/event.ts";
import { AlikePieces } from "../../src/providers/dialect/alike.ts";
import { chunk, custom, replay } from "./support.ts";

const frame = (data: unknown): string =>
  `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const word = (content: string, more: object = {}): string => frame(chunk({ content }, null, more));
const loose = (data: object): string => frame(JSON.stringify(data, null, 1).replace(/\n\s*/g, " "));
const DONE = "data: [DONE]\n\n";

/** One piece an event as sockets give it, and the same bytes one by one, which nothing is like. */
function read(frames: readonly string[]): { pieces: ChatEvent[]; bytes: ChatEvent[] } {
  return {
    pieces: replay(
      custom,
      frames.map((text) => Buffer.from(text)),
    ),
    bytes: replay(
      custom,
      Array.from(Buffer.from(frames.join("")), (byte) => Buffer.from([byte])),
    ),
  };
}

const NESTED = '{"id":"x","choices":[{"index":0,"delta":{"content":"a"}}],"meta":{"content":"a"}}';
const STREAMS: [what: string, frames: string[]][] = [
  ["words", [word("a"), word("b"), word(" c"), word("d"), DONE]],
  [
    "a role first",
    [frame(chunk({ role: "assistant", content: "" })), word("a"), word("b"), word(""), word("c"), DONE],
  ],
  [
    "what JSON escapes",
    [word("a"), word("b"), word('"'), word("\\"), word("\n\t\u0001"), word("x"), word("y"), DONE],
  ],
  ["escapes that look like the end", [word("a"), word("b"), word('","x":"'), word("\u007f\u0085"), DONE]],
  ["other alphabets", [word("a"), word("東京"), word("😀"), word("\uFEFFü"), word("\u2028"), DONE]],
  ["blanks in the JSON", ["a", "b", "c"].map((content) => loose(chunk({ content })))],
  ["the time in each chunk", [1, 2, 2, 2, 3].map((created) => word("a", { created }))],
  [
    "a chunk that differs each time",
    Array.from({ length: 30 }, (_, at) => word("a", { obfuscation: `x${at}` })),
  ],
  ["text after the finish", [word("a"), word("b"), frame(chunk({}, "stop")), word("c"), word("d"), DONE]],
  [
    "a finish with the last word",
    [word("a"), word("b"), frame(chunk({ content: "c" }, "length")), word("d"), DONE],
  ],
  ["an error in the middle", [word("a"), word("b"), frame({ error: { message: "no" } }), word("c"), DONE]],
  [
    "thinking in tags",
    [word("<think>"), word("a"), word("b"), word("</think>"), word("c"), word("d"), word("e")],
  ],
  [
    "thinking beside it",
    [frame(chunk({ reasoning_content: "t" })), frame(chunk({ reasoning_content: "u" })), word("a")],
  ],
  [
    "text beside thinking",
    ["a", "b"].map((content) => frame(chunk({ content, reasoning_content: content }))),
  ],
  ["the member twice", [frame(NESTED), frame(NESTED), frame(NESTED.replace('"a"', '"b"')), DONE]],
  [
    "another choice",
    [word("a"), frame({ id: "x", choices: [{ index: 1, delta: { content: "n" } }] }), word("b")],
  ],
  ["comments and names", ["a", "b", "c"].map((content) => `: ok\nevent: x\n${word(content)}`)],
  ["two events in a piece", [word("a") + word("b"), word("c") + word("d"), word("e"), word("f") + DONE]],
  [
    "a piece that is cut",
    [word("a"), word("b"), word("c").slice(0, 9), word("c").slice(9) + word("d"), word("e")],
  ],
  [
    "a carriage return at the end",
    [word("a"), word("b"), "data: x\r", `\n\r\n${word("c")}`, word("d"), DONE],
  ],
  ["an event without its end", [word("a"), word("b"), "event: error\n", word("c"), word("d")]],
  [
    "log probabilities",
    ["a", "b"].map((content) => frame({ choices: [{ delta: { content }, logprobs: { content: [1] } }] })),
  ],
];

describe.each(STREAMS)("%s", (_, frames) => {
  it("is the same in pieces as byte by byte", () => {
    const { pieces, bytes } = read(frames);
    expect(pieces).toEqual(bytes);
  });
});

it("is the same in any order", () => {
  const frames = [...new Set(STREAMS.flatMap(([, all]) => all))].filter((text) => text.endsWith("\n\n"));
  let seed = 1;
  const below = (most: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % most;
  };
  for (let round = 0; round < 400; round++) {
    const few = Array.from({ length: 6 }, () => frames[below(frames.length)] ?? "");
    const mixed = Array.from({ length: 20 }, () => few[below(few.length)] ?? "");
    const { pieces, bytes } = read([word("a"), word("b"), ...mixed]);
    expect(pieces, mixed.join("")).toEqual(bytes);
  }
});

it("only what is sure to be like the piece learnt is taken for it", () => {
  const alike = new AlikePieces();
  const piece = (content: string, more?: object) => Buffer.from(word(content, more));
  const learn = (text: string, more?: object) =>
    alike.learn(piece(text, more), [{ type: "text-delta", text }]);
  expect(alike.textOf(piece("a"))).toBeNull();
  learn("a");
  expect(alike.textOf(piece("東京 b"))).toBe("東京 b");
  expect(alike.textOf(piece("a", { created: 2 }))).toBeNull();
  for (const text of ["", '"', "\\", "\n", "a\u0000"]) expect(alike.textOf(piece(text))).toBeNull();
  learn("a", { note: "a" });
  expect(alike.textOf(piece("b", { note: "a" }))).toBeNull();
  learn("a");
  alike.forget();
  expect(alike.textOf(piece("a"))).toBeNull();
});

it("a stream whose pieces all differ is not learnt for ever", () => {
  const alike = new AlikePieces();
  const piece = (obfuscation: number) => Buffer.from(word("a", { obfuscation }));
  for (let at = 0; at < 20; at++) alike.learn(piece(at), [{ type: "text-delta", text: "a" }]);
  expect(alike.textOf(piece(19))).toBeNull();
});
