/** Candidates with their verdicts, as a table. */
import type { VerdictView } from "../../core/command/explain.ts";
import { took } from "../figures.ts";
import { duration } from "../moment.ts";
import type { Output } from "../output.ts";

/** `at`: the moment that the verdicts are about. */
export function printVerdicts(output: Output, verdicts: readonly VerdictView[], at: number): void {
  const isScored = verdicts.some(({ score }) => score !== null);
  const head = [
    "#",
    "MODEL",
    "KEY",
    "VERDICT",
    ...(isScored ? ["SCORE", "QUALITY", "SUCCESS", "SPEED", "QUOTA"] : []),
  ];
  const rows = verdicts.map(({ model, keyId, why, until, score, parts }, index) => [
    ...[String(index + 1), model, keyId],
    why === null ? "free" : `${why}${until === null ? "" : `; free ${untilText(until, at)}`}`,
    ...(isScored ? [score, parts.quality, parts.success, parts.speed, parts.quota].map(number) : []),
  ]);
  output.table(head, rows, (text, column) =>
    column === 3 && text.trim() === "free" ? output.paint.green(text) : text,
  );
}

function number(value: number | null): string {
  return value === null ? "" : value.toFixed(2);
}

/** When something is over, seen from `at`. */
export function untilText(until: number, at: number): string {
  const left = until - at;
  if (left <= 0) return "at once";
  return left < 10_000 ? `in ${took(left)}` : `in ${duration(left)}`;
}
