/** What an error reply says, in whichever of the shapes that providers use. */
import { isObject, type JsonObject, parseJson, text } from "../json.ts";
import { isHtml } from "../scrub.ts";

/** Longer bodies are not searched: an error is short. */
const MAX_SEARCHED = 8 * 1024;

/**
 * Ways to put an error that only one family of providers has, so that its bare numbers can be trusted from anybody.
 * `errors_list`: `{success: false, errors: [{code}]}` (Cloudflare); `error_object`: `{object: "error", code}` (Mistral);
 * `numbered_error`: `{error: {code: "1302"}}` (Zhipu).
 */
export type BodyShape = "errors_list" | "error_object" | "numbered_error";

/** A quota of Google's that was exceeded. */
export interface ExceededQuota {
  /** `GenerateRequestsPerDayPerProjectPerModel-FreeTier` */
  id: string;
  /** `generativelanguage.googleapis.com/generate_content_free_tier_requests`, or "". */
  metric: string;
  /** Its cap as it is written, or "". */
  value: string;
}

export interface ErrorBody {
  /** Everything said in words, in one text; "" for HTML. */
  words: string;
  /** Codes, types, reasons: short identifiers in lower case. */
  codes: readonly string[];
  shape: BodyShape | undefined;
  quotas: readonly ExceededQuota[];
  /** The request field that is named as the culprit. */
  parameter: string | undefined;
  /** A status inside the body: `error.code: 429`. */
  status: number | undefined;
  /** Headers of the reply behind the reply, where a gateway passes them on. Names in lower case. */
  headers: Headers;
  /** A wait or an instant stated as a field, as the provider wrote it (`34.4s`, `12`, `2026-11-24T00:00:00Z`). */
  wait: string | undefined;
  html: boolean;
}

const CODE_FIELDS = [
  "code",
  "type",
  "status",
  "reason",
  "limit_source",
  "error_type",
  "errorcode",
  "error_code",
  "errorCode",
];
const WORD_FIELDS = ["message", "msg", "detail", "title", "error_description", "faultstring", "raw"];
/** The unit of those that are plain numbers. */
const WAIT_FIELDS = {
  retryDelay: "s",
  retry_after: "s",
  retry_after_seconds: "s",
  retryAfter: "s",
  retry_after_ms: "ms",
  resets_in_seconds: "s",
  reset_at: "",
  resets_at: "",
  resetAt: "",
} as const;

interface Findings {
  words: string[];
  codes: Set<string>;
  quotas: ExceededQuota[];
  parameter: string | undefined;
  status: number | undefined;
  headers: Headers;
  wait: string | undefined;
}

export function readErrorBody(body: string): ErrorBody {
  const html = isHtml(body);
  const parsed = html || body.length > 64 * MAX_SEARCHED ? undefined : parseJson(body);
  if (typeof parsed !== "object" || parsed === null) return said(html ? "" : body, html);
  return readError(parsed);
}

/** The same for an error that is parsed already: an object or a text. */
export function readError(error: unknown): ErrorBody {
  if (typeof error === "string") return said(error, false);
  const findings = nothing();
  collect(error, findings, 0);
  const words = [...new Set(findings.words)].join(": ").slice(0, MAX_SEARCHED);
  return { ...findings, words, codes: [...findings.codes], shape: shapeOf(error), html: false };
}

function said(words: string, html: boolean): ErrorBody {
  const short = words.slice(0, MAX_SEARCHED).trim();
  return { ...nothing(), words: short, codes: [], shape: undefined, html };
}

function nothing(): Findings {
  return {
    words: [],
    codes: new Set(),
    quotas: [],
    parameter: undefined,
    status: undefined,
    headers: new Headers(),
    wait: undefined,
  };
}

function shapeOf(body: unknown): BodyShape | undefined {
  if (!isObject(body)) return undefined;
  if (body.success === false && Array.isArray(body.errors)) return "errors_list";
  if (body.object === "error") return "error_object";
  const inner = isObject(body.error) ? body.error : body;
  return /^1\d{3}$/.test(text(inner.code)) ? "numbered_error" : undefined;
}

/** Walks the known containers (`error`, `errors`, `detail`, `details`, `metadata`, `fault`...), the outermost first. */
function collect(value: unknown, found: Findings, depth: number): void {
  if (depth > 10) return;
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 16)) collectWords(item, found, depth);
    return;
  }
  if (!isObject(value)) return;
  for (const field of CODE_FIELDS) collectCode(value[field], found);
  for (const field of WORD_FIELDS) collectWords(value[field], found, depth);
  for (const [field, unit] of Object.entries(WAIT_FIELDS)) {
    const wait = value[field];
    if (typeof wait === "number") found.wait ??= `${wait}${unit === "ms" ? unit : ""}`;
    else if (typeof wait === "string" && wait !== "") found.wait ??= wait;
  }
  collectParameter(value, found);
  collectQuota(value, found);
  if (isObject(value.headers)) collectHeaders(value.headers, found);
  const error = value.error;
  if (typeof error === "string") collectWords(error, found, depth);
  else collect(error, found, depth + 1);
  for (const field of ["errors", "details", "metadata", "fault", "violations"]) {
    collect(value[field], found, depth + 1);
  }
  // Moderation of OpenRouter: its mere presence is the fact.
  if (Array.isArray(value.reasons)) found.codes.add("moderation_reasons");
}

function collectCode(value: unknown, found: Findings): void {
  if (typeof value === "number" || (typeof value === "string" && /^\d{3}$/.test(value))) {
    const number = Number(value);
    if (number >= 400 && number < 600) found.status ??= number;
  }
  if (typeof value === "number" || (typeof value === "string" && value.length <= 100)) {
    found.codes.add(String(value).toLowerCase());
  }
}

function collectWords(value: unknown, found: Findings, depth: number): void {
  if (typeof value !== "string") {
    collect(value, found, depth + 1);
    return;
  }
  if (value === "") return;
  const quote = quotedBody(value);
  const words = (quote?.before ?? value).trim();
  if (words !== "") found.words.push(words);
  if (quote) collect(quote.body, found, depth + 1);
}

/** A gateway may quote the whole body of the reply behind it, alone or after a few words. */
function quotedBody(words: string): { before: string; body: JsonObject } | undefined {
  const start = words.search(/[[{]/);
  if (start < 0 || start > 200) return undefined;
  const parsed = parseJson(words.slice(start));
  const body = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed;
  // After words only what can be nothing else: a prompt that is quoted may be JSON, too.
  if (!isObject(body) || (start > 0 && !isObject(body.error))) return undefined;
  return { before: words.slice(0, start), body };
}

/** Google names the quota by itself, or (Cloud) in the metadata of the error. */
function collectQuota(value: JsonObject, found: Findings): void {
  const id = text(value.quotaId) || text(value.quota_limit);
  if (id === "" || found.quotas.length >= 16) return;
  const metric = text(value.quotaMetric) || text(value.quota_metric);
  const cap = value.quotaValue ?? value.quota_limit_value;
  found.quotas.push({ id, metric, value: typeof cap === "number" ? String(cap) : text(cap) });
}

function collectHeaders(headers: JsonObject, found: Findings): void {
  for (const [name, content] of Object.entries(headers).slice(0, 64)) {
    const value = String(content);
    if (!/^[\w-]{1,100}$/.test(name) || !/^[\x20-\x7e]{1,200}$/.test(value)) continue;
    if (!found.headers.has(name)) found.headers.set(name, value);
  }
}

/** `param: "top_k"`, or the path of a validation error: `loc: ["body", "top_k"]`. */
function collectParameter(value: JsonObject, found: Findings): void {
  const named = text(value.param);
  if (named !== "") found.parameter ??= named;
  const path = value.loc;
  if (Array.isArray(path) && path.length > 0) {
    found.parameter ??= path.filter((step) => step !== "body").join(".");
  }
}

/**
 * The error that a JSON reply under HTTP 200 holds in place of an answer; undefined when it is none. Null and empty
 * `error` fields are none.
 */
export function embeddedError(reply: JsonObject): unknown {
  const error = reply.error;
  if (typeof error === "string" ? error !== "" : isObject(error) && Object.keys(error).length > 0) {
    // Status and details may stand beside the error.
    return typeof error === "string" ? { ...reply, choices: undefined } : error;
  }
  if (reply.object === "error") return reply;
  const groq = reply.x_groq;
  if (isObject(groq) && groq.error) return groq.error;
  if (reply.choices !== undefined) return undefined;
  const worded = ["message", "detail", "title", "errors", "fault"].some((field) => {
    const value = reply[field];
    return typeof value === "string" ? value !== "" : typeof value === "object" && value !== null;
  });
  return worded ? reply : undefined;
}
