/** Pages of requests and decisions: what is written short comes back as it was. */
import { describe, expect, it } from "vitest";
import type { RequestRecord } from "../../src/core/route/event.ts";
import { TapeReader, TapeWriter } from "../../src/core/route/tape.ts";
import { OpenPage, readPage } from "../../src/core/store/history-page.ts";
import { IdReader, IdWriter, traceOf } from "../../src/core/store/page-ids.ts";
import { records } from "./records.ts";

const AT = Date.UTC(2026, 10, 24, 12);
const RUN = "0123456789abcdef";

function plain(number: number, more: Partial<RequestRecord> = {}): RequestRecord {
  const servedBy = { provider: "groq", model: "llama", keyId: "groq-1" };
  const answered = { outcome: "ok", status: null, rule: null, message: null, durationMs: 300 } as const;
  return {
    ...{ id: `req_${RUN}${number.toString(16).padStart(8, "0")}`, at: AT + number, surface: "openai-chat" },
    ...{ model: "auto", stream: false, status: 200, outcome: "ok", servedBy },
    attempts: [{ ...servedBy, ...answered }],
    ...{ inputTokens: 100, outputTokens: 20, firstContentMs: 300, durationMs: 1_000 },
    ...more,
  };
}

function packed(all: readonly RequestRecord[]): string {
  const [first] = all;
  if (first === undefined) throw new Error("A page needs a record.");
  const page = new OpenPage(first);
  for (const record of all) page.add(record);
  return page.text;
}

describe("a page of requests", () => {
  it("gives back plain ones and all others", () => {
    const [attempt] = plain(1).attempts;
    if (attempt === undefined) throw new Error("It was tried.");
    const all = [
      plain(7),
      plain(5, { stream: true }),
      plain(6, { durationMs: 1_000.125 }),
      plain(8, { firstContentMs: 0.25, durationMs: 0.75, attempts: [{ ...attempt, durationMs: 0.25 }] }),
      plain(9, { firstContentMs: 299 }),
      plain(10, { firstContentMs: null }),
      plain(11, { servedBy: null }),
      plain(12, { servedBy: { provider: "groq", model: "llama", keyId: "groq-2" } }),
      plain(13, { outcome: "broken" }),
      plain(14, { status: 499, outcome: "client_gone" }),
      plain(15, { attempts: [{ ...attempt, status: 200 }] }),
      plain(16, { attempts: [{ ...attempt, rule: "groq/rule", message: "so" }] }),
      plain(17, { attempts: [attempt, attempt] }),
      plain(18, { attempts: [] }),
      ...records(3, 200, AT, 1_000),
      plain(2),
    ];
    expect(readPage(packed(all))).toEqual(all);
  });

  it("takes fifty characters for a plain one beside the words", () => {
    const all = Array.from({ length: 100 }, (_, number) => plain(number));
    expect(packed(all).length - packed(all.slice(0, 50)).length).toBeLessThan(50 * 50);
  });
});

describe("names of requests in a page", () => {
  it("come back as they were, whatever they are", () => {
    const ids = [
      `req_${RUN}0000000a`,
      `req_${RUN}00000009`,
      `req_${RUN}ffffffff`,
      `req_${RUN}1ffffffff`,
      `req_fedcba987654321000000000`,
      `req_${RUN}0000000A`,
      `req_${RUN}0000000g`,
      `req_${RUN}0000000 `,
      `req_${RUN}0000000:`,
      `req_${RUN}00000010`,
      `req-${RUN}00000010`,
      `req_not hexadecimal 00000003`,
      "",
      'an "odd" one',
    ];
    const tape = new TapeWriter();
    const writer = new IdWriter(tape);
    for (const id of ids) writer.write(id);
    const { text } = tape;
    const reader = new IdReader(TapeReader.of(text));
    expect(ids.map(() => reader.read())).toEqual(ids);
    for (const id of ids) expect(text).toContain(traceOf(id));
  });
});
