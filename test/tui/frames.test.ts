/** The picture: as it was last looked at and found good, at four sizes, and within its bounds at every size. */
import { describe, expect, it } from "vitest";
import { FAILURE_KINDS } from "../../src/core/chat/failure.ts";
import { widthOf } from "../../src/tui/line.ts";
import { frame } from "../../src/tui/model.ts";
import { firstUi, type Ui } from "../../src/tui/ui.ts";
import { plainText } from "./plain.ts";
import { busy, empty, explanation, LOOK, lines, NOW, record, snapshot } from "./world.ts";

const ASCII = { ...LOOK, unicode: false };

const VIEWS: [string, Partial<Ui>][] = [
  ["overview", {}],
  ["models", { view: "models", allModels: true }],
  ["requests", { view: "requests" }],
  ["analytics", { view: "analytics" }],
  ["playground", { view: "playground" }],
  ["help", { help: "" }],
  ["key", { detail: { kind: "key", id: "groq-1" } }],
  ["request", { detail: { kind: "request", id: "req_001000" } }],
];

describe("golden frames", () => {
  it.each([
    ["100x30", 100, 30],
    ["80x24", 80, 24],
    ["60x15", 60, 15],
    ["40x8", 40, 8],
  ] as const)("overview %s", async (name, columns, rows) => {
    const text = lines(busy(), {}, { columns, rows }).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/overview-${name}.txt`);
  });

  it.each(VIEWS.slice(1))("%s 100x30", async (name, ui) => {
    const text = lines(busy(), ui, { columns: 100, rows: 30 }).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/${name}-100x30.txt`);
  });

  it("overview in ASCII", async () => {
    const text = lines(busy(), {}, { columns: 80, rows: 24 }, ASCII).join("\n");
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    await expect(`${text}\n`).toMatchFileSnapshot("golden/overview-80x24-ascii.txt");
  });

  it("why a request went where it went", async () => {
    const data = busy();
    data.explain("req_001000", { state: "known", explanation: explanation() });
    const ui: Partial<Ui> = { detail: { kind: "request", id: "req_001000" } };
    const text = lines(data, ui, { columns: 100, rows: 36 }).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot("golden/why-100x36.txt");
    const narrow = lines(data, ui, { columns: 60, rows: 50 }).join("\n");
    await expect(`${narrow}\n`).toMatchFileSnapshot("golden/why-60x50.txt");
  });

  it("without keys it says how to begin", async () => {
    const text = lines(empty(), {}, { columns: 80, rows: 24 }).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot("golden/empty-80x24.txt");
  });
});

/** Both sides of every width and height at which the picture changes, and what lies far beyond. */
const COLUMNS = [
  1, 2, 20, 39, 40, 41, 47, 48, 49, 53, 54, 55, 59, 60, 61, 65, 66, 77, 78, 79, 80, 89, 90, 95, 96, 97, 98,
];
COLUMNS.push(99, 100, 119, 120, 121, 131, 132, 133, 161, 162, 163, 240);
const ROWS = [1, 2, 7, 8, 9, 10, 12, 13, 16, 18, 19, 20, 21, 22, 24, 26, 27, 28, 30, 45, 70];

describe("every size", () => {
  it.each(VIEWS)(
    "%s is lower than the terminal, and exactly as wide",
    (_name, ui) => {
      const full = { ...firstUi(), ...ui };
      const data = busy();
      data.explain("req_001000", { state: "known", explanation: explanation() });
      const wrong: string[] = [];
      for (const columns of COLUMNS) {
        for (const rows of ROWS) {
          const drawn = frame(data, full, NOW, { columns, rows }, LOOK);
          const tooHigh = drawn.length > rows - 1;
          const unequal = drawn.some((line) => widthOf(line) !== columns);
          if (tooHigh || unequal) wrong.push(`${columns}x${rows}`);
        }
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it("fills the height, so that nothing moves", () => {
    for (const rows of [8, 15, 24, 30, 60]) {
      for (const [, ui] of VIEWS) expect(lines(busy(), ui, { columns: 100, rows })).toHaveLength(rows - 1);
    }
  });

  it("holds whatever is open and whatever is hidden", () => {
    const changes: Partial<Ui>[] = [
      { hidden: new Set(["limits", "rates"]) },
      { hidden: new Set(["keys"]), focus: "requests" },
      { hidden: new Set(["requests"]) },
      { zoomed: true },
      { zoomed: true, focus: "requests" },
      { prompt: { kind: "filter", text: "x".repeat(300), before: "" } },
      { prompt: { kind: "confirm", question: "y".repeat(300), effects: [] } },
      { flash: { text: "z".repeat(300), tone: "bad", until: NOW + 1 } },
      { filters: { keys: "nothing like it", requests: "nor this", models: "" } },
      {
        view: "playground",
        play: { ...firstUi().play, prompt: "word ".repeat(900), answer: "日本語 ".repeat(900), asked: "q" },
      },
    ];
    for (const ui of changes) {
      for (const [columns, rows] of [
        [40, 8],
        [60, 15],
        [80, 24],
        [100, 30],
        [200, 60],
      ] as const) {
        const drawn = frame(busy(), { ...firstUi(), ...ui }, NOW, { columns, rows }, LOOK);
        expect(drawn.length).toBeLessThanOrEqual(rows - 1);
        for (const line of drawn) expect(widthOf(line)).toBe(columns);
      }
    }
  });
});

describe("what is shown", () => {
  const at = (ui: Partial<Ui>, data = busy()) => lines(data, ui, { columns: 100, rows: 30 }).join("\n");

  it("the way of a request, hop by hop, also while it is under way", () => {
    expect(at({})).toContain("groq-1 429 → groq-2 429 → cerebras-1 ✔");
    expect(at({})).toMatch(/groq-1 429 → cerebras-1 \S streaming/);
  });

  it("why a target was tried, whole, also where a line has no room for it", () => {
    const ui: Partial<Ui> = { detail: { kind: "request", id: "req_001000" } };
    for (const columns of [50, 64, 80, 100]) {
      const text = lines(busy(), ui, { columns, rows: 40 }).join("\n");
      expect(text, `${columns} columns`).toContain("the first choice that was ready");
    }
  });

  it("failures in plain words, not by the names that programs have for them", () => {
    for (const [name, ui] of VIEWS) {
      const text = lines(busy(), ui, { columns: 160, rows: 60 }).join("\n");
      // (the names of rules are for looking them up)
      const kinds = FAILURE_KINDS.filter((kind) => text.includes(kind) && kind.includes("_"));
      expect(kinds, name).toEqual([]);
    }
    expect(at({ detail: { kind: "request", id: "req_001000" } })).toContain(
      "over its per-minute limit (429) after 120ms",
    );
  });

  it("a rest counts down and is over in the frame in which it ends", () => {
    const data = busy();
    const row = (now: number) =>
      frame(data, firstUi(), now, { columns: 100, rows: 30 }, LOOK)
        .map(plainText)
        .find((line) => line.includes("groq-2 "));
    expect(row(NOW)).toContain("◐ 0:41 rate");
    expect(row(NOW + 40_500)).toContain("◐ 0:01 rate");
    expect(row(NOW + 41_000)).toContain("● ready");
  });

  it("foreign text as text alone", () => {
    const evil = `\u001b]52;c;QUJD\u0007\u001b[2J\u202e${"boom ".repeat(20_000)}`;
    const hostile = record(1, "auto\u001b[31m", [["groq-1", "server_error", 500]]);
    const [attempt] = hostile.attempts;
    if (attempt) attempt.message = evil;
    const data = busy();
    data.takeSnapshot(snapshot({ requests: [hostile, ...snapshot().requests] }), NOW, false);
    for (const ui of [
      {},
      { detail: { kind: "request", id: hostile.id } },
      { detail: { kind: "key", id: "groq-1" } },
    ] as const) {
      const drawn = frame(data, { ...firstUi(), ...ui }, NOW, { columns: 160, rows: 40 }, LOOK);
      expect(drawn.map(plainText).join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      for (const line of drawn) expect(widthOf(line)).toBe(160);
    }
  });

  it("a server that is gone: said at once, and what was known stays", () => {
    const data = busy();
    data.link = { state: "lost", since: NOW - 65_000, reason: "connection refused", retryAt: NOW + 4_000 };
    const text = at({}, data);
    expect(text).toContain("✖ no answer for 1m05s  again in 4 s  connection refused");
    expect(text).toContain("groq-1");
  });

  it("a server of another version", () => {
    const data = busy({ version: "0.0.9" });
    expect(at({}, data)).toContain("the server is 0.0.9, this is 0.1.0: restart the server");
  });

  it("how many requests are newer than the one that is looked at", () => {
    expect(at({ focus: "requests", requestId: "req_008000" })).toContain("held · 2 newer");
  });

  it("no data as no data", () => {
    expect(at({ view: "analytics", range: "90d" })).toContain("asking the server");
    const data = busy();
    const { forecast: _, ...rest } = snapshot();
    data.takeSnapshot(rest, NOW, false);
    expect(at({}, data)).toContain("no data yet");
  });

  it("filters say what they hid", () => {
    expect(at({ filters: { keys: "xyz", requests: "", models: "" } })).toContain(
      'no key matches "xyz" · esc clears',
    );
  });

  it("secrets never: not even while one is typed", () => {
    const text = at({ prompt: { kind: "add-secret", provider: "groq", text: "gsk_made_up_secret" } });
    expect(text).not.toContain("gsk_");
    expect(text).toContain("*".repeat("gsk_made_up_secret".length));
  });

  it("very small terminals get one line", () => {
    expect(lines(busy(), {}, { columns: 39, rows: 24 })).toEqual([
      "● 3/9 ready · 0.1 rps · p95 900ms".padEnd(39),
    ]);
  });
});
