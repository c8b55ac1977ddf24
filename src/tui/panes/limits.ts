/** The limits of the chosen key, and when each is free again. */
import type { KeyView } from "../../core/command.ts";
import { bar, fillTone, quotaName, resetText } from "../faces.ts";
import { compact } from "../format.ts";
import { cell, columns, type Line, span } from "../line.ts";
import { fill, quotasOf, tightest } from "../lists.ts";
import type { PaneInput } from "./pane.ts";

const USUAL: readonly string[] = ["RPM", "RPD", "TPM", "TPD"];

/** One line a kind of limit: of those that several models have each, the fullest. */
export function limitLines(
  input: PaneInput,
  key: KeyView | undefined,
  width: number,
  height: number,
): Line[] {
  const { data, glyphs, now } = input;
  if (key === undefined || data.snapshot === null) return [];
  const quotas = quotasOf(key, data.snapshot.quotas);
  const names = [...new Set(quotas.map(quotaName))];
  const rank = (name: string): number => (USUAL.includes(name) ? USUAL.indexOf(name) : USUAL.length);
  names.sort((one, other) => rank(one) - rank(other));
  if (names.length === 0) return [[span("no limits are known for it", "dim")]];
  const barWidth = Math.max(4, Math.min(20, width - 26));
  return names.slice(0, height).map((name) => {
    const quota = tightest(quotas.filter((one) => quotaName(one) === name));
    if (quota === null) return [];
    const ratio = fill(quota);
    const tone = fillTone(ratio);
    return [
      cell(name, 6, "dim"),
      ...bar(ratio, barWidth, glyphs),
      span(" "),
      ...columns([
        cell(`${compact(quota.used)}/${compact(quota.cap)}`, 9, tone === "good" ? "plain" : tone),
        cell(resetText(quota, now), 7, "dim", "right"),
      ]),
    ];
  });
}

/** The same in few cells, two a line. */
export function limitPairs(
  input: PaneInput,
  key: KeyView | undefined,
  width: number,
  height: number,
): Line[] {
  const { data, now, glyphs } = input;
  if (key === undefined || data.snapshot === null) return [];
  const quotas = quotasOf(key, data.snapshot.quotas);
  const shown = USUAL.flatMap((name) => tightest(quotas.filter((one) => quotaName(one) === name)) ?? []);
  if (shown.length === 0) return [[span("no limits are known for it", "dim")]];
  const half = Math.floor((width - 1) / 2);
  const texts = shown.map((quota) => {
    const rest = ` ${resetText(quota, now)}`;
    return cell(
      `${quotaName(quota)} ${compact(quota.used)}/${compact(quota.cap)}${rest}`,
      half,
      fill(quota) >= 0.7 ? fillTone(fill(quota)) : "plain",
      "left",
      glyphs.ellipsis,
    );
  });
  return [columns(texts.slice(0, 2)), columns(texts.slice(2, 4))].slice(0, height);
}
