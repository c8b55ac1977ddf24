import { describe, expect, test } from "vitest";
import { Body } from "../../src/core/net/http1/body.ts";
import { parseHead } from "../../src/core/net/http1/head.ts";

/** Numbers below `limit` that are the same for the same seed. */
function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const head = (...fields: string[]) =>
  parseHead(`HTTP/1.1 200 OK\r\n${fields.map((field) => `${field}\r\n`).join("")}`);

describe("heads", () => {
  test("give their fields by lower-case names, blanks around values taken off, several of a name joined", () => {
    const read = head("Content-Type:  text/plain \t", "x-a: 1", "X-Empty:", "X-A:\t2", "x-latin: caf\u00e9");
    expect(read.status).toBe(200);
    expect(read.get("content-type")).toBe("text/plain");
    expect(read.get("x-a")).toBe("1, 2");
    expect(read.get("x-empty")).toBe("");
    expect(read.get("x-latin")).toBe("caf\u00e9");
    expect(read.get("x-b")).toBeNull();
    expect(read.has("x-a")).toBe(true);
    expect(read.has("x-ab")).toBe(false);
    const seen: string[] = [];
    read.forEach((value, name) => void seen.push(`${name}=${value}`));
    expect(seen).toEqual(["content-type=text/plain", "x-a=1, 2", "x-empty=", "x-latin=caf\u00e9"]);
  });

  test("read as the platform's Headers read the same fields", () => {
    const pick = generator(7);
    const names = ["x-a", "X-B", "Content-Type", "x-ratelimit-limit-requests", "date", "ETag"];
    const values = ["", "1", "Thu, 26 Nov 2026 04:00:00 GMT", "a, b", "\u00e9", "  padded\t "];
    for (let round = 0; round < 300; round++) {
      const fields = Array.from({ length: pick(8) }, () => {
        return [names[pick(names.length)] ?? "", values[pick(values.length)] ?? ""] as const;
      });
      const theirs = new Headers();
      for (const [name, value] of fields) theirs.append(name, value);
      const ours = head(...fields.map(([name, value]) => `${name}: ${value}`));
      const list: [string, string][] = [];
      ours.forEach((value, name) => void list.push([name, value]));
      expect(new Map(list)).toEqual(new Map(theirs));
      for (const name of names) expect(ours.get(name.toLowerCase())).toBe(theirs.get(name));
    }
  });

  test.each([
    ["a status without words", "HTTP/1.1 200\r\n", 200],
    ["a status with an empty word", "HTTP/1.1 429 \r\n", 429],
    ["words in Latin-1", "HTTP/1.0 503 \u00e9teint\r\n", 503],
  ])("may have %s", (_, text, status) => {
    expect(parseHead(text).status).toBe(status);
  });

  test.each([
    ["no version", "200 OK\r\n"],
    ["another version", "HTTP/2.0 200 OK\r\n"],
    ["a later version", "HTTP/1.2 200 OK\r\n"],
    ["another protocol", "ICY 200 OK\r\n"],
    ["a version in lower case", "http/1.1 200 OK\r\n"],
    ["a status of two digits", "HTTP/1.1 20 OK\r\n"],
    ["a status of four digits", "HTTP/1.1 2000 OK\r\n"],
    ["a status below 100", "HTTP/1.1 099 OK\r\n"],
    ["two blanks before the status", "HTTP/1.1  200 OK\r\n"],
    ["an empty line before it", "\r\nHTTP/1.1 200 OK\r\n"],
    ["a lone LF after the status", "HTTP/1.1 200 OK\nx: 1\r\n"],
    ["a lone CR in the words", "HTTP/1.1 200 O\rK\r\n"],
    ["NUL in the words", "HTTP/1.1 200 O\0K\r\n"],
    ["a name without a colon", "HTTP/1.1 200 OK\r\nname\r\n"],
    ["an empty name", "HTTP/1.1 200 OK\r\n: 1\r\n"],
    ["a blank before the colon", "HTTP/1.1 200 OK\r\nx : 1\r\n"],
    ["a blank in the name", "HTTP/1.1 200 OK\r\nx y: 1\r\n"],
    ["a letter beyond ASCII in the name", "HTTP/1.1 200 OK\r\n\u00e9: 1\r\n"],
    ["a folded line", "HTTP/1.1 200 OK\r\nx: 1\r\n 2\r\n"],
    ["a folded first line", "HTTP/1.1 200 OK\r\n x: 1\r\n"],
    ["a lone CR in a value", "HTTP/1.1 200 OK\r\nx: 1\ry: 2\r\n"],
    ["a lone LF in a value", "HTTP/1.1 200 OK\r\nx: 1\ny: 2\r\n"],
    ["a CR before CR LF", "HTTP/1.1 200 OK\r\nx: 1\r\r\n"],
    ["NUL in a value", "HTTP/1.1 200 OK\r\nx: 1\u00002\r\n"],
    ["DEL in a value", "HTTP/1.1 200 OK\r\nx: 1\u007f2\r\n"],
    ["an end inside of a name", "HTTP/1.1 200 OK\r\nx"],
  ])("are refused with %s", (_, text) => {
    expect(() => parseHead(text)).toThrow(expect.objectContaining({ code: "Malformed_HTTP_Response" }));
  });
});

interface Read {
  content: string;
  over: boolean;
  /** Bytes after the end. */
  after: number;
}

/** What comes out of the bytes, cut where `cuts` says. */
function readBody(fields: string[], text: string, cuts: readonly number[]): Read {
  const body = new Body();
  body.begin(head(...fields));
  let content = "";
  let after = 0;
  const all = Buffer.from(text, "latin1");
  const ends = [...cuts, all.length];
  let from = 0;
  for (const end of ends) {
    // Bytes of something else come before, as the head does.
    const piece = Buffer.concat([Buffer.from("##"), all.subarray(from, end)]);
    from = end;
    body.push(piece, 2);
    content += piece.toString("latin1", body.start, body.end);
    after += piece.length - body.rest;
  }
  return { content, over: body.over, after };
}

const CHUNKED = ["transfer-encoding: chunked"];
const SAMPLES: readonly (readonly [string, string[], string, Read])[] = [
  ["a length", ["content-length: 5"], "hello", { content: "hello", over: true, after: 0 }],
  ["too much", ["content-length: 5"], "hello!!", { content: "hello", over: true, after: 2 }],
  ["not all", ["content-length: 9"], "hello", { content: "hello", over: false, after: 0 }],
  ["no end", [], "hello", { content: "hello", over: false, after: 0 }],
  [
    "chunks",
    CHUNKED,
    "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    { content: "hello world", over: true, after: 0 },
  ],
  [
    "large digits",
    CHUNKED,
    "0A\r\n0123456789\r\n000\r\n\r\n",
    { content: "0123456789", over: true, after: 0 },
  ],
  [
    "extensions",
    CHUNKED,
    '5;name=value\r\nhello\r\n1 ; q="x y"\r\n!\r\n0;last\r\n\r\n',
    { content: "hello!", over: true, after: 0 },
  ],
  [
    "trailers",
    CHUNKED,
    "5\r\nhello\r\n0\r\nX-Sum: 1\r\nEmpty:\r\n\r\nHTTP",
    { content: "hello", over: true, after: 4 },
  ],
  [
    "line ends as content",
    CHUNKED,
    "4\r\n\r\n\r\n\r\n0\r\n\r\n",
    { content: "\r\n\r\n", over: true, after: 0 },
  ],
];

describe("bodies", () => {
  test.each(SAMPLES)("with %s are the same wherever their bytes are cut", (_, fields, text, expected) => {
    expect(readBody(fields, text, [])).toEqual(expected);
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        expect(readBody(fields, text, [first, second])).toEqual(expected);
      }
    }
    const every = Array.from({ length: text.length }, (_, at) => at);
    expect(readBody(fields, text, every)).toEqual(expected);
  });

  test("of random chunks, cut at random, come out whole", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const pick = generator(seed);
      let content = "";
      let text = "";
      for (let chunk = pick(12); chunk > 0; chunk--) {
        const part = Array.from({ length: 1 + pick(40) }, () => String.fromCharCode(pick(256))).join("");
        content += part;
        text += `${part.length.toString(16)}${pick(3) === 0 ? ";x" : ""}\r\n${part}\r\n`;
      }
      text += `0\r\n${pick(3) === 0 ? "t: 1\r\n" : ""}\r\n`;
      const cuts = Array.from({ length: pick(10) }, () => pick(text.length)).sort((a, b) => a - b);
      expect(readBody(CHUNKED, text, cuts), `seed ${seed}`).toEqual({ content, over: true, after: 0 });
    }
  });

  test("never read random bytes as more than they are", () => {
    const pick = generator(99);
    const alphabet = "0123afAF;= \t\r\n\r\n\r\n:x\0\u00ff";
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: 1 + pick(30) }, () => alphabet[pick(alphabet.length)]).join("");
      const cuts = Array.from({ length: pick(6) }, () => pick(text.length)).sort((a, b) => a - b);
      const outcome = (places: readonly number[]): Read | string => {
        try {
          return readBody(CHUNKED, text, places);
        } catch (error) {
          return error instanceof Error ? error.name : "";
        }
      };
      const whole = outcome([]);
      expect(outcome(cuts), JSON.stringify(text)).toEqual(whole);
      if (typeof whole !== "string") expect(whole.content.length).toBeLessThan(text.length);
    }
  });

  test.each([
    ["no size", "\r\nhello\r\n"],
    ["a size with a sign", "+5\r\nhello\r\n"],
    ["a size with 0x", "0x5\r\nhello\r\n"],
    ["a size that begins with a blank", " 5\r\nhello\r\n"],
    ["words after a blank", "5 5\r\nhello\r\n"],
    ["a size beyond everything", "ffffffffffffffff\r\nhello\r\n"],
    ["a lone LF after the size", "5\nhello\r\n"],
    ["a lone CR after the size", "5\rhello\r\n"],
    ["a lone LF in an extension", "5;a\nb\r\nhello\r\n"],
    ["an extension without end", `5;${"x".repeat(5_000)}`],
    ["more than its size", "5\r\nhello!\r\n"],
    ["a lone LF after its content", "5\r\nhello\n0\r\n\r\n"],
    ["a trailer without a name", "0\r\n: 1\r\n\r\n"],
    ["a folded trailer", "0\r\nx: 1\r\n 2\r\n\r\n"],
    ["a lone LF in a trailer", "0\r\nx: 1\ny: 2\r\n\r\n"],
    ["trailers without end", `0\r\n${"x: 1\r\n".repeat(5_000)}`],
    ["a CR after the last chunk that ends nothing", "0\r\n\rx"],
  ])("are refused with a chunk that has %s", (_, text) => {
    const malformed = expect.objectContaining({ code: "Malformed_HTTP_Response" });
    expect(() => readBody(CHUNKED, text, [])).toThrow(malformed);
    const every = Array.from({ length: text.length }, (_, at) => at);
    expect(() => readBody(CHUNKED, text, every)).toThrow(malformed);
  });

  test.each(["-2", "+2", "", "2, 3", "2, 2, 3", "2,", "0x2", "2.0", "1e1", "9999999999999999", "\u00b2"])(
    "of the length %j are refused",
    (length) => {
      const body = new Body();
      expect(() => body.begin(head(`content-length: ${length}`))).toThrow(
        expect.objectContaining({ code: "InvalidContentLength" }),
      );
    },
  );

  test.each(["gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "", "chunkedx"])(
    "of the transfer encoding %j are refused",
    (encoding) => {
      const body = new Body();
      expect(() => body.begin(head(`transfer-encoding: ${encoding}`))).toThrow(
        expect.objectContaining({ code: "Malformed_HTTP_Response" }),
      );
    },
  );

  test.each([
    [["content-length: 2"], true],
    [["content-length: 2", "content-length: 2"], true],
    [["content-length: 2", "Connection: Keep-Alive"], true],
    [["content-length: 2", "Connection: Close"], false],
    [["content-length: 2", "Connection: foo, close"], false],
    [["Transfer-Encoding: Chunked"], true],
    [["transfer-encoding: chunked", "content-length: 2"], false],
    [[], false],
  ])("after the headers %j the connection can be used again: %j", (fields, persistent) => {
    const body = new Body();
    body.begin(head(...fields));
    expect(body.persistent).toBe(persistent);
  });

  test("of HTTP/1.0 end with the connection, unless the server says otherwise, and have no chunks", () => {
    const body = new Body();
    const old = (field: string) => parseHead(`HTTP/1.0 200 OK\r\ncontent-length: 2\r\n${field}`);
    body.begin(old(""));
    expect(body.persistent).toBe(false);
    body.begin(old("connection: keep-alive\r\n"));
    expect(body.persistent).toBe(true);
    expect(() => body.begin(old("transfer-encoding: chunked\r\n"))).toThrow(/malformed/);
  });
});
