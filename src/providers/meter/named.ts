/** Rate headers that say by their names what they count: the grammar that nearly all providers share. */

import type { ReplyHeaders } from "../../core/chat/reply-headers.ts";
import type { TimeWindow } from "../../core/chat/zone.ts";
import type { Dimension, Metric } from "./dimension.ts";

/**
 * `x-ratelimit-limit-requests`, `anthropic-ratelimit-tokens-remaining`, `ratelimit-reset`, `x-rate-limit-limit`,
 * `x-tokenlimit-reset` (Together), `ratelimitbysize-remaining-minute` (Mistral, older).
 */
const NAME = /^(?:([a-z]+)-)?(rate-?limit|tokenlimit|ratelimitbysize)-([a-z\d-]+)$/;

type Field = "limit" | "remaining" | "reset";

const METRICS: Readonly<Record<string, Metric>> = {
  requests: "requests",
  request: "requests",
  req: "requests",
  calls: "requests",
  tokens: "tokens",
  token: "tokens",
};
const WINDOWS: Readonly<Record<string, TimeWindow>> = {
  second: "second",
  minute: "minute",
  min: "minute",
  "1m": "minute",
  hour: "hour",
  hourly: "hour",
  "1h": "hour",
  day: "day",
  daily: "day",
  "1d": "day",
  "24h": "day",
  week: "week",
  weekly: "week",
  month: "month",
  monthly: "month",
};
const SHORT_NAMES: Readonly<Record<string, readonly [Metric, TimeWindow]>> = {
  rpm: ["requests", "minute"],
  rph: ["requests", "hour"],
  rpd: ["requests", "day"],
  tpm: ["tokens", "minute"],
  tph: ["tokens", "hour"],
  tpd: ["tokens", "day"],
};

/** What a vendor's own headers mean beyond their names, as documented. `subject`: where they do not say "model". */
const VENDORS: Readonly<Record<string, Pick<Dimension, "window" | "subject">>> = {
  anthropic: { window: "minute" },
  modelscope: { window: "day", subject: "pool" },
};

/** Names outside of the grammar. Cohere's trial keys: calls of all models on one endpoint. */
const OTHER_NAMES: ReadonlyMap<string, readonly [Field, Dimension]> = new Map([
  ["x-trial-endpoint-call-limit", ["limit", { metric: "requests", window: "minute", subject: "pool" }]],
  [
    "x-trial-endpoint-call-remaining",
    ["remaining", { metric: "requests", window: "minute", subject: "pool" }],
  ],
  ["x-endpoint-monthly-call-limit", ["limit", { metric: "requests", window: "month", subject: "pool" }]],
]);

export function namedDimensions(headers: ReplyHeaders): Dimension[] {
  const dimensions = new Map<string, Dimension>();
  headers.forEach((value, name) => {
    const other = OTHER_NAMES.get(name);
    // Every name of the grammar has it, and hardly any other header.
    if (!other && !name.includes("limit")) return;
    const read = other
      ? { field: other[0], group: name.replace(other[0], ""), dimension: other[1] }
      : readName(name);
    if (!read) return;
    const { field, group } = read;
    const known = dimensions.get(group) ?? { ...read.dimension };
    const own = windowOfPolicy(value);
    if (own !== undefined) known.window ??= own;
    known[field] = value;
    dimensions.set(group, known);
  });
  return [...dimensions.values()];
}

interface ReadName {
  field: Field;
  /** The same for the headers that speak of one limit. */
  group: string;
  dimension: Dimension;
}

function readName(name: string): ReadName | undefined {
  const [, vendor = "", family = "", rest = ""] = NAME.exec(name) ?? [];
  const words = rest.split("-");
  const first = fieldOf(words[0]);
  const field = first ?? fieldOf(words.at(-1));
  if (field === undefined) return undefined;
  words.splice(first === undefined ? -1 : 0, 1);
  const dimension = readWords(
    words,
    family.startsWith("rate") && !family.endsWith("size") ? "requests" : "tokens",
  );
  if (!dimension) return undefined;
  return { field, group: `${vendor} ${family} ${words}`, dimension: { ...VENDORS[vendor], ...dimension } };
}

function fieldOf(word: string | undefined): Field | undefined {
  return word === "limit" || word === "remaining" || word === "reset" ? word : undefined;
}

/** `requests`, `tokens-minute`, `model-requests`: undefined where a word is none of ours (`req-10-second`, `audio-seconds`). */
function readWords(words: readonly string[], unnamed: Metric): Dimension | undefined {
  let metric: Metric | undefined;
  let window: TimeWindow | undefined;
  let subject: Dimension["subject"];
  let input = false;
  for (const word of words) {
    const short = SHORT_NAMES[word];
    if (short) [metric, window] = short;
    else if (METRICS[word] && metric === undefined) metric = METRICS[word];
    else if (WINDOWS[word] && window === undefined) window = WINDOWS[word];
    else if (word === "input" || word === "prompt") input = true;
    else if (word === "model") subject = "model";
    else if (word !== "per") return undefined;
  }
  metric ??= unnamed;
  if (input && metric !== "tokens") return undefined;
  const dimension: Dimension = { metric: input ? "input_tokens" : metric };
  if (window !== undefined) dimension.window = window;
  if (subject !== undefined) dimension.subject = subject;
  return dimension;
}

/** `100, 100;w=60` names its window in seconds. */
function windowOfPolicy(value: string): TimeWindow | undefined {
  const seconds = /;\s*w(?:indow)?=(\d{1,9})\b/.exec(value)?.[1];
  return seconds === undefined ? undefined : windowOfSeconds(Number(seconds));
}

const SECONDS: Readonly<Record<number, TimeWindow>> = {
  1: "second",
  60: "minute",
  3600: "hour",
  18000: "five_hours",
  86400: "day",
  604800: "week",
  2592000: "month",
  2678400: "month",
};

/** The window of this length; undefined where it is none of ours. */
export function windowOfSeconds(seconds: number): TimeWindow | undefined {
  return SECONDS[seconds];
}
