/**
 * The two headers of the IETF drafts "RateLimit header fields for HTTP": `RateLimit` says what is left, `RateLimit-Policy`
 * what the limits are. Up to the seventh draft: `limit=100, remaining=50, reset=5` and `100;w=60`; from the eighth on:
 * `"burst";r=50;t=5` and `"burst";q=100;w=60;qu="requests"`.
 */
import type { ReplyHeaders } from "../../core/chat/reply-headers.ts";
import type { Dimension } from "./dimension.ts";
import { windowOfSeconds } from "./named.ts";

interface Member {
  /** What stands before the parameters. */
  item: string;
  parameters: ReadonlyMap<string, string>;
}

export function structuredDimensions(headers: ReplyHeaders): Dimension[] {
  const policies = readList(headers.get("ratelimit-policy"));
  const states = readList(headers.get("ratelimit"));
  const early = states.flatMap(({ item }) => /^(limit|remaining|reset) *= *(.+)$/i.exec(item) ?? []);
  if (early.length > 0) return earlyDraft(states, policies);
  const names = new Set(
    [...policies, ...states].map(({ item }) => item).filter((item) => item.startsWith('"')),
  );
  return [...names].flatMap((name) => {
    const state = states.find(({ item }) => item === name)?.parameters;
    const policy = policies.find(({ item }) => item === name)?.parameters;
    return namedPolicy(name, policy, state) ?? [];
  });
}

function earlyDraft(states: readonly Member[], policies: readonly Member[]): Dimension[] {
  const dimension: Dimension = { metric: "requests" };
  for (const { item } of states) {
    const [, field, value] = /^(limit|remaining|reset) *= *(.+)$/i.exec(item) ?? [];
    const name = field?.toLowerCase();
    if (name === "limit" || name === "remaining" || name === "reset") dimension[name] = value ?? "";
  }
  const policy = policies.find(({ item }) => item === dimension.limit)?.parameters;
  return withWindow(dimension, policy) ?? [];
}

function namedPolicy(
  name: string,
  policy: ReadonlyMap<string, string> | undefined,
  state: ReadonlyMap<string, string> | undefined,
): Dimension[] | undefined {
  const unit = policy?.get("qu") ?? "requests";
  if (/output/i.test(name) || !/^(?:requests|tokens)$/i.test(unit)) return undefined;
  const tokens = /token/i.test(name) || /tokens/i.test(unit);
  const dimension: Dimension = {
    metric: tokens ? (/input/i.test(name) ? "input_tokens" : "tokens") : "requests",
  };
  const fields = { limit: policy?.get("q"), remaining: state?.get("r"), reset: state?.get("t") };
  if (fields.limit !== undefined) dimension.limit = fields.limit;
  if (fields.remaining !== undefined) dimension.remaining = fields.remaining;
  if (fields.reset !== undefined) dimension.reset = fields.reset;
  return withWindow(dimension, policy);
}

/** A window of a length that is none of ours says nothing about ours. */
function withWindow(
  dimension: Dimension,
  policy: ReadonlyMap<string, string> | undefined,
): Dimension[] | undefined {
  const seconds = policy?.get("w");
  if (seconds === undefined) return [dimension];
  const window = windowOfSeconds(Number(seconds));
  return window === undefined ? undefined : [{ ...dimension, window }];
}

/** Members of a list with their parameters; quotation marks around names stay, those around values do not. */
function readList(value: string | null): Member[] {
  if (value === null || value.length > 4_096) return [];
  return cut(value, ",").map((member) => {
    const [item = "", ...rest] = cut(member, ";");
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const equals = parameter.indexOf("=");
      if (equals > 0)
        parameters.set(parameter.slice(0, equals).toLowerCase(), unquoted(parameter.slice(equals + 1)));
    }
    return { item, parameters };
  });
}

/** Cuts at a mark, not within quotation marks. */
function cut(value: string, mark: "," | ";"): string[] {
  const pieces = value.match(mark === "," ? /(?:"[^"]*"|[^,"])+/g : /(?:"[^"]*"|[^;"])+/g) ?? [];
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== "");
}

function unquoted(value: string): string {
  return value.trim().replace(/^"(.*)"$/, "$1");
}
