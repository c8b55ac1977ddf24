import { describe, expect, test } from "vitest";
import {
  EventTooLargeError,
  MAX_EVENT_BYTES,
  type ServerSentEvent,
  SseReader,
  writeComment,
  writeEvent,
} from "../../src/core/chat/sse.ts";

const encoder = new TextEncoder();

function read(...pieces: Uint8Array[]): ServerSentEvent[] {
  const reader = new SseReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

/** The events up to the error, and whether there was one. */
function readUntilError(pieces: readonly Uint8Array[]): { events: ServerSentEvent[]; tooLarge: boolean } {
  const reader = new SseReader();
  const events: ServerSentEvent[] = [];
  try {
    for (const piece of pieces) events.push(...reader.push(piece));
    events.push(...reader.end());
  } catch (error) {
    if (!(error instanceof EventTooLargeError)) throw error;
    return { events, tooLarge: true };
  }
  return { events, tooLarge: false };
}

const plain = (...data: string[]): ServerSentEvent[] => data.map((text) => ({ event: "", data: text }));

const STREAMS: [what: string, text: string | Uint8Array, expected: ServerSentEvent[]][] = [
  ["LF", "data: a\n\ndata: b\n\n", plain("a", "b")],
  ["CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", plain("a", "b")],
  ["CR", "data: a\r\rdata: b\r\r", plain("a", "b")],
  ["all three in one stream", "data: a\r\n\ndata: b\n\r\ndata: c\r\rdata: d\n\n", plain("a", "b", "c", "d")],
  ["no space after the colon", 'data:{"a":1}\n\n', plain('{"a":1}')],
  ["only one space is taken", "data:  a\n\n", plain(" a")],
  ["several data lines", "data: a\ndata:\ndata: b\n\n", plain("a\n\nb")],
  ["an empty event", "data:\n\ndata\n\n", plain("", "")],
  ["comments", ": keep-alive\n\n:\n\ndata: a\n: in between\ndata: b\n\n", plain("a\nb")],
  ["event names", "event: error\ndata: a\n\ndata: b\n\n", [{ event: "error", data: "a" }, ...plain("b")]],
  ["an event without data", "event: ping\n\ndata: a\n\n", plain("a")],
  ["fields that mean nothing here", "id: 1\nretry: 5\nfoo: x\nbar\ndata: a\n\n", plain("a")],
  ["blank lines", "\n\n\r\n\rdata: a\n\n\n\n", plain("a")],
  ["no blank line at the end", "data: a\n\ndata: b\n", plain("a", "b")],
  ["no line end at the end", "data: a\n\ndata: b", plain("a", "b")],
  ["a colon in the data", "data: a: b:c\n\n", plain("a: b:c")],
  ["characters of two, three and four bytes", "data: ü€😀ü\n\ndata: 東京\n\n", plain("ü€😀ü", "東京")],
  ["a byte order mark", "\uFEFFdata: a\n\n", plain("a")],
  ["a byte order mark later on", "data: \uFEFFa\n\n", plain("\uFEFFa")],
  [
    "a character cut off by the end",
    new Uint8Array([...encoder.encode("data: a"), 0xe2, 0x82]),
    plain("a\uFFFD"),
  ],
  ["nothing", "", []],
];

describe.each(STREAMS)("%s", (_, text, expected) => {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;

  test("is read", () => {
    expect(read(bytes)).toEqual(expected);
  });

  test("is the same wherever it is cut in three", () => {
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        expect(read(...pieces), `cut at ${first} and ${second}`).toEqual(expected);
      }
    }
  });

  test("is the same byte by byte", () => {
    expect(read(...Array.from(bytes, (byte) => new Uint8Array([byte])))).toEqual(expected);
  });
});

test("an event is given as soon as its blank line is there", () => {
  const reader = new SseReader();
  expect(reader.push(encoder.encode("data: a\n"))).toEqual([]);
  expect(reader.push(encoder.encode("\n"))).toEqual(plain("a"));
  expect(reader.push(encoder.encode("data: b\r"))).toEqual([]);
  expect(reader.push(encoder.encode("\r"))).toEqual(plain("b"));
  expect(reader.push(encoder.encode("\ndata: c\n\n"))).toEqual(plain("c"));
});

describe("an event beyond the limit", () => {
  const half = "x".repeat(MAX_EVENT_BYTES / 2);
  const over: [string, string][] = [
    ["in one line", `data: ${half}${half}\n\n`],
    ["in one line that never ends", `data: ${half}${half}`],
    ["in several lines", `data: ${half}\ndata: ${half}\n\n`],
    ["as a field nobody reads", `foo: ${half}${half}\n\n`],
    ["as a comment", `: ${half}${half}\n\n`],
  ];
  const cut = (text: string, size: number): Uint8Array[] => {
    const bytes = encoder.encode(text);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
    return pieces;
  };

  test.each(over)("%s is refused, what came before it is given", (_, text) => {
    const stream = `data: a\n\ndata: b\n\n${text}data: c\n\n`;
    for (const size of [stream.length, 100_000, 65_536, 7919]) {
      expect(readUntilError(cut(stream, size))).toEqual({ events: plain("a", "b"), tooLarge: true });
    }
  });

  test("leaves one of the greatest size alone, and many of half of it", () => {
    const most = "x".repeat(MAX_EVENT_BYTES - "data: ".length);
    const stream = `data: ${most}\n\ndata: ${half}\n\ndata: ${half}\n\n`;
    for (const size of [stream.length, 65_536]) {
      expect(readUntilError(cut(stream, size)).events.map((event) => event.data.length)).toEqual([
        most.length,
        half.length,
        half.length,
      ]);
    }
  });

  test("is not made of small comments", () => {
    const comment = encoder.encode(`: ${"x".repeat(1000)}\n`);
    const pieces = Array.from({ length: 1200 }, () => comment);
    expect(readUntilError([...pieces, encoder.encode("data: a\n\n")])).toEqual({
      events: plain("a"),
      tooLarge: false,
    });
  });
});

describe("what is written", () => {
  test.each(["", "a", '{"a":1}', "a\nb", "a\r\nb\rc\n", "\n\ndata: forged\n\n", " a", "ü😀"])(
    "%j comes back as it was",
    (data) => {
      const normal = data.replace(/\r\n|\r/g, "\n");
      expect(read(encoder.encode(writeEvent(data)))).toEqual(plain(normal));
      expect(read(encoder.encode(writeEvent(data, "error")))).toEqual([{ event: "error", data: normal }]);
    },
  );

  test("a comment stays one, whatever it says", () => {
    expect(read(encoder.encode(writeComment("x\n\ndata: forged\r\rdata: too")))).toEqual([]);
    expect(writeComment("ping")).toBe(": ping\n\n");
  });
});
