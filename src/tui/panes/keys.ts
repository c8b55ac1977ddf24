/** The table of keys: state, use of the limits, speed. How much of it depends on the room. */
import { outcomeMeaning } from "../../core/chat/failure.ts";
import type { KeyView, QuotaView } from "../../core/command.ts";
import type { RequestRecord } from "../../core/route/event.ts";
import { bar, fillTone, keyFace, quotaName, resetText, stateText } from "../faces.ts";
import { compact, latency, percent } from "../format.ts";
import { cell, columns, idCell, type Line, type Span, span, widthOf } from "../line.ts";
import { chosen, fill, quantileOf, quotasOf, shownKeys, tightest, windowStart } from "../lists.ts";
import { join, type PaneInput } from "./pane.ts";

/** What a key did lately. */
interface Record {
  durations: number[];
  calls: number;
  failed: number;
  lastError: string | null;
}

interface Column {
  title: string;
  width: number;
  align?: "right";
  cells(key: KeyView, context: RowContext): Line;
}

interface RowContext extends PaneInput {
  quotas: QuotaView[];
  record: Record | undefined;
  isChosen: boolean;
}

const METERS = [
  ["RPM", 11],
  ["RPD", 13],
  ["TPM", 13],
  ["TPD", 14],
] as const;

/** The title line, then exactly as many keys as fit into `height` lines, the chosen one among them. */
export function keyLines(input: PaneInput, width: number, height: number): Line[] {
  const { data, ui, now } = input;
  const { snapshot } = data;
  if (snapshot === null) return [];
  const keys = shownKeys(data, ui, now);
  const current = chosen(keys, ui.keyId);
  if (keys.length === 0) {
    const filter = ui.filters.keys;
    const text =
      filter === "" ? "no keys yet: a adds one" : `no key matches "${filter}" ${input.glyphs.dot} esc clears`;
    return [[span("")], [span(`  ${text}`, "dim")]];
  }
  const table = columnsFor(width, Math.max(...keys.map(({ id }) => id.length)));
  const used = table.reduce((sum, column) => sum + column.width + 1, 3);
  const title = columns([
    span("   "),
    ...table.map(({ title: text, width: cells, align }) => cell(text, cells, "dim", align)),
  ]);
  const room = height - 1;
  const start = windowStart(keys.length, room, current === undefined ? 0 : keys.indexOf(current));
  const records = recordsOf(data.requests);
  const lines = keys.slice(start, start + room).map((key): Line => {
    const isChosen = key === current && ui.focus === "keys";
    const context = {
      ...input,
      quotas: quotasOf(key, snapshot.quotas),
      record: records.get(key.id),
      isChosen,
    };
    const marker = key === current ? input.glyphs.selected : " ";
    const lead = [span(marker, isChosen ? "accent" : "dim"), cell(String(key.order), 2, "dim", "right")];
    return join([
      ...lead,
      ...table.flatMap((column) => [span(" "), ...filled(column.cells(key, context), column.width)]),
    ]);
  });
  return used > width + 1 ? lines : [title, ...lines];
}

function filled(line: Line, width: number): Line {
  return [...line, span(" ".repeat(Math.max(0, width - widthOf(line))))];
}

function columnsFor(width: number, longestId: number): Column[] {
  const id = (cells: number): Column => ({
    ...{ title: "key", width: cells },
    cells: ({ id: name }, { isChosen, glyphs }) => [
      idCell(name, cells, isChosen ? "accent" : "plain", glyphs.ellipsis),
    ],
  });
  // The id of a key says more than the end of its secret: where both have no room, the id stays.
  const wanted = Math.max(longestId, 12);
  const start = (fixed: number): Column[] => {
    const room = width - fixed;
    if (room < wanted) return [id(Math.max(6, Math.min(wanted, room + LAST4.width + 1))), STATE];
    return [id(Math.min(wanted, room)), LAST4, STATE];
  };
  if (width >= 96) {
    const more = [...(width >= 130 ? [OK, P95] : []), ...(width >= 160 ? [lastError(width - 140)] : [])];
    const extra = more.reduce((sum, column) => sum + column.width + 1, 0);
    return [...start(86 + extra), ...METERS.map(meter), P50, ...more];
  }
  if (width >= 76) return [...start(66), meter(METERS[0]), TIGHTEST, P50];
  if (width >= 52) return [id(Math.min(wanted, width - 42)), STATE, TIGHTEST];
  return [id(Math.min(wanted, width - 28)), STATE, FULLEST];
}

const LAST4: Column = {
  ...{ title: "ends", width: 5 },
  cells: ({ last4 }, { glyphs }) => [
    cell(last4 === null ? glyphs.none : `${glyphs.ellipsis}${last4}`, 5, "dim", "left", glyphs.ellipsis),
  ],
};

const STATE: Column = {
  ...{ title: "state", width: 13 },
  cells(key, { now, glyphs }) {
    const { sign, tone } = keyFace(key, now);
    return [
      span(glyphs[sign], tone),
      span(" "),
      cell(stateText(key, now), 11, tone === "good" ? "plain" : tone),
    ];
  },
};

function meter([name, width]: (typeof METERS)[number]): Column {
  return {
    ...{ title: name, width },
    cells(_key, { quotas, glyphs }) {
      const quota = tightest(quotas.filter((one) => quotaName(one) === name));
      if (quota === null) return [cell(`  ${glyphs.none}`, width, "dim")];
      const text = `${compact(quota.used)}/${compact(quota.cap)}`;
      return [
        ...bar(fill(quota), 4, glyphs),
        span(" "),
        cell(text, width - 5, fill(quota) >= 0.7 ? fillTone(fill(quota)) : "plain"),
      ];
    },
  };
}

const TIGHTEST: Column = {
  ...{ title: "tightest limit", width: 22 },
  cells(_key, { quotas, glyphs, now }) {
    const quota = tightest(quotas);
    if (quota === null) return [cell(`  ${glyphs.none}`, 22, "dim")];
    const tone = fillTone(fill(quota));
    return columns([
      cell(quotaName(quota), 4, "dim"),
      ...[
        {
          text: bar(fill(quota), 5, glyphs)
            .map(({ text }) => text)
            .join(""),
          tone,
        },
      ],
      cell(`${Math.floor(100 * fill(quota))}%`, 4, tone === "good" ? "plain" : tone, "right"),
      cell(resetText(quota, now), 6, "dim", "right"),
    ]);
  },
};

const FULLEST: Column = {
  ...{ title: "limit", width: 9 },
  cells(_key, { quotas, glyphs }) {
    const quota = tightest(quotas);
    if (quota === null) return [cell(`  ${glyphs.none}`, 9, "dim")];
    const ratio = fill(quota);
    return [
      cell(quotaName(quota), 5, "dim"),
      cell(`${Math.floor(100 * ratio)}%`, 4, fillTone(ratio), "right"),
    ];
  },
};

function timeColumn(title: string, fraction: number): Column {
  return {
    ...{ title, width: 5, align: "right" as const },
    cells(_key, { record, glyphs }) {
      const value = quantileOf(record?.durations ?? [], fraction);
      return [
        cell(value === null ? glyphs.none : latency(value), 5, value === null ? "dim" : "plain", "right"),
      ];
    },
  };
}

const P50 = timeColumn("p50", 0.5);
const P95 = timeColumn("p95", 0.95);

const OK: Column = {
  ...{ title: "ok", width: 5, align: "right" },
  cells(_key, { record, glyphs }) {
    const text = record === undefined ? glyphs.none : percent(record.calls - record.failed, record.calls);
    return [cell(text, 5, record === undefined ? "dim" : "plain", "right")];
  },
};

function lastError(width: number): Column {
  return {
    ...{ title: "last error", width },
    cells: (_key, { record, glyphs }) => [
      cell(record?.lastError ?? "", width, "dim", "left", glyphs.ellipsis),
    ],
  };
}

function recordsOf(requests: readonly RequestRecord[]): Map<string, Record> {
  const records = new Map<string, Record>();
  for (const request of requests.slice(0, 200)) {
    for (const { keyId, outcome, message } of request.attempts) {
      const record = records.get(keyId) ?? { durations: [], calls: 0, failed: 0, lastError: null };
      records.set(keyId, record);
      record.calls++;
      if (outcome === "ok") record.durations.push(request.durationMs);
      else {
        record.failed++;
        record.lastError ??= message ?? outcomeMeaning(outcome);
      }
    }
  }
  return records;
}

/** `● 7 ready  ◐ 2 cooling`: the states that there are. */
export function stateCounts({ data, now, glyphs }: PaneInput, withWords: boolean): Line {
  const counts = new Map<string, { face: ReturnType<typeof keyFace>; count: number }>();
  for (const key of data.snapshot?.keys ?? []) {
    const face = keyFace(key, now);
    const known = counts.get(face.word) ?? { face, count: 0 };
    known.count++;
    counts.set(face.word, known);
  }
  const spans: Span[] = [];
  for (const word of ["ready", "cooling", "failing", "invalid", "new", "off"]) {
    const found = counts.get(word);
    if (!found) continue;
    const gap = spans.length === 0 ? "" : " ".repeat(withWords ? 2 : 1);
    spans.push(span(gap), span(glyphs[found.face.sign], found.face.tone));
    spans.push(span(withWords ? ` ${found.count} ${word}` : `${found.count}`));
  }
  return spans;
}
