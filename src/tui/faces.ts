/** How states look: a sign, a word and a colour, always together. */
import type { FailureKind } from "../core/chat/failure.ts";
import type { KeyView, QuotaView } from "../core/command.ts";
import type { AttemptRecord } from "../core/route/event.ts";
import { countdown } from "./format.ts";
import type { Glyphs } from "./glyphs.ts";
import type { Span, Tone } from "./line.ts";

export interface Face {
  word: "ready" | "cooling" | "invalid" | "failing" | "off" | "new";
  tone: Tone;
  sign: keyof Pick<Glyphs, "ready" | "cooling" | "bad" | "off" | "unknown">;
}

/** A rest that is over counts as over in the frame in which its countdown ends, not only when the server says so. */
export function keyFace(key: Pick<KeyView, "state" | "until">, now: number): Face {
  const isOver = key.until !== null && key.until <= now;
  switch (key.state) {
    case "disabled":
      return { word: "off", tone: "dim", sign: "off" };
    case "invalid":
      return { word: "invalid", tone: "bad", sign: "bad" };
    case "rate_limited":
      return isOver
        ? { word: "ready", tone: "good", sign: "ready" }
        : { word: "cooling", tone: "warn", sign: "cooling" };
    case "error":
      return isOver
        ? { word: "ready", tone: "good", sign: "ready" }
        : { word: "failing", tone: "bad", sign: "bad" };
    case "unknown":
      return { word: "new", tone: "plain", sign: "unknown" };
    case "healthy":
      return { word: "ready", tone: "good", sign: "ready" };
  }
}

const WINDOW_WORD = /\b(second|minute|5 hours|hour|day|week|month)\b/;
const SHORT: Readonly<Record<string, string>> = {
  ...{
    second: "rate",
    minute: "rate",
    hour: "hour",
    "5 hours": "5 h",
    day: "day",
    week: "week",
    month: "month",
  },
};

/** The state in at most 11 cells: `ready`, `0:41 rate`, `5:52h day`, `401 key`. */
export function stateText(key: KeyView, now: number): string {
  const face = keyFace(key, now);
  if ((face.word !== "cooling" && face.word !== "failing") || key.until === null) return face.word;
  const window = WINDOW_WORD.exec(key.detail ?? "")?.[1] ?? "";
  const why = face.word === "failing" ? "err" : (SHORT[window] ?? "rest");
  return `${countdown(key.until - now)} ${why}`;
}

const METRICS: Readonly<Record<QuotaView["metric"], string>> = {
  ...{ requests: "R", tokens: "T", input_tokens: "I", units: "U", concurrency: "C" },
};
const WINDOWS: Readonly<Record<QuotaView["window"], string>> = {
  ...{ second: "S", minute: "M", hour: "H", five_hours: "5H", day: "D", week: "W", month: "MO" },
};

/** RPM, TPD, RP5H and the like; CONC for what runs at once. */
export function quotaName({ metric, window }: Pick<QuotaView, "metric" | "window">): string {
  return metric === "concurrency" ? "CONC" : `${METRICS[metric]}P${WINDOWS[window]}`;
}

/** Until the limit is free again; "" while nothing is used or what is used is still under way. */
export function resetText({ resetsAt }: Pick<QuotaView, "resetsAt">, now: number): string {
  const rest = resetsAt === null ? 0 : Date.parse(resetsAt) - now;
  return rest > 0 ? countdown(rest) : "";
}

/** Green, yellow from 70 %, red from 90 %. */
export function fillTone(ratio: number): Tone {
  return ratio >= 0.9 ? "bad" : ratio >= 0.7 ? "warn" : "good";
}

/** `width` cells filled by a ratio from 0 to 1. */
export function bar(ratio: number, width: number, glyphs: Glyphs, tone: Tone = fillTone(ratio)): Span[] {
  const eighths = Math.round(Math.max(0, Math.min(1, ratio)) * width * 8);
  // Something is never shown as nothing, and not quite all never as all.
  const shown = ratio > 0 && eighths === 0 ? 1 : ratio < 1 && eighths === width * 8 ? eighths - 1 : eighths;
  const whole = Math.floor(shown / 8);
  const part = shown % 8;
  const filled = (glyphs.eighths[7] ?? "").repeat(whole) + (part > 0 ? (glyphs.eighths[part - 1] ?? "") : "");
  const empty = glyphs.empty.repeat(width - whole - (part > 0 ? 1 : 0));
  return [
    { text: filled, tone },
    { text: empty, tone: "dim" },
  ];
}

/** One column a value, the largest full. */
export function spark(values: readonly number[], glyphs: Glyphs, tone: Tone = "accent"): Span[] {
  const most = Math.max(0, ...values);
  return values.map((value) => {
    if (value <= 0 || most === 0) return { text: glyphs.rising[0] ?? "", tone: "dim" };
    return { text: glyphs.rising[Math.max(0, Math.ceil((8 * value) / most) - 1)] ?? "", tone };
  });
}

/** What failures are called where there is little room; the others by their own names. */
const SHORT_KINDS: Readonly<Partial<Record<FailureKind, string>>> = {
  ...{ rate_minute: "minute limit", rate_unknown: "rate limit", quota_hour: "hour quota" },
  ...{
    transport: "no connection",

    bad_reply: "bad answer",
    broken_stream: "broke off",
  },
  ...{ not_on_plan: "not in plan", not_routable: "unreachable", too_costly: "too costly" },
  ...{ history: "refused", client_error: "refused", parameter: "refused", aborted: "left" },
};

/** How a call failed, in a word or two: its status where there is one. "" for one that answered. */
export function outcomeText({
  outcome,
  status,
}: {
  outcome: AttemptRecord["outcome"];
  status: number | null;
}): string {
  if (outcome === "ok") return "";
  return status === null ? (SHORT_KINDS[outcome] ?? outcome.replaceAll("_", " ")) : String(status);
}
