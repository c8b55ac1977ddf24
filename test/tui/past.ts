/** A made-up day of the past. */
import type { AnalyticsRow, AnalyticsView } from "../../src/core/command.ts";

const HOUR = 3_600_000;

function row(name: string, requests: number, failed: number): AnalyticsRow {
  const tokens = { inputTokens: requests * 900, outputTokens: requests * 210 };
  return { name, requests, failed, ...tokens, p50Ms: 420, p95Ms: 1_900, firstContentMs: 260 };
}

/** The last day, as busy as a day may be. */
export function past(now: number): AnalyticsView {
  const from = now - (now % HOUR) - 23 * HOUR;
  const rows = [row("groq", 1_204, 31), row("cerebras", 512, 3), row("google", 96, 0), row("nvidia", 20, 11)];
  return {
    ...{ schema: 1, range: "24h", from, to: now, slotMs: HOUR, total: row("all", 1_832, 12) },
    slots: Array.from({ length: 24 }, (_, index) => ({
      at: from + index * HOUR,
      requests: (index * 7) % 23,
      failed: index % 9 === 0 ? 1 : 0,
      tokens: ((index * 5) % 13) * 1_000,
    })),
    providers: rows,
    models: rows.map((one) => ({ ...one, name: `${one.name}/llama-3.3-70b` })),
    keys: rows.map((one) => ({ ...one, name: `${one.name}-1` })),
  };
}
