/** What an error reply says, in whichever of the shapes that providers use. */
import { isObject, type JsonObject, parseJson, text } from "../json.ts";
import { isHtml } from "../scrub.ts";

/** Longer bodies are not searched: an error is short. */
const MAX_SEARCHED = 8 * 1024;

export interface ErrorBody {
  /** Everything said in words, in one text; "" for HTML. */
  words: string;
  /** Codes, types, reasons: short identifiers in lower case. */
  codes: readonly string[];
  /** The request field that is named as the culprit. */
  parameter: string | undefined;
  /** A status inside the body: `error.code: 429`. */
  status: number | undefined;
  /** Headers of the reply behind the reply, where a gateway passes them on. Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** A wait stated as a field, as the provider wrote it (`34.4s`, `12`). */
  wait: string | undefined;
  html: boolean;
}

const CODE_FIELDS = ["code", "type", "status", "reason", "limit_source", "quotaId", "error_type"];
const WORD_FIELDS = ["message", "msg", "detail", "title", "error_description", "faultstring", "raw"];
const WAIT_FIELDS = ["retryDelay", "retry_after", "retry_after_seconds", "retryAfter"];

interface Findings {
  words: string[];
  codes: Set<string>;
  parameter: string | undefined;
  status: number | undefined;
  headers: Record<string, string>;
  wait: string | undefined;
}

export function readErrorBody(body: string): ErrorBody {
  const html = isHtml(body);
  const parsed = html || body.length > 64 * MAX_SEARCHED ? undefined : parseJson(body);
  if (parsed === undefined || typeof parsed !== "object") return empty(html ? "" : body, html);
  return readError(parsed);
}

/** The same for an error that is parsed already: an object or a text. */
export function readError(error: unknown): ErrorBody {
  if (typeof error === "string") return empty(error, false);
  const findings: Findings = {
    words: [],
    codes: new Set(),
    parameter: undefined,
    status: undefined,
    headers: {},
    wait: undefined,
  };
  collect(error, findings, 0);
  const words = [...new Set(findings.words)].join(": ").slice(0, MAX_SEARCHED);
  return { ...findings, words, codes: [...findings.codes], html: false };
}

function empty(words: string, html: boolean): ErrorBody {
  return {
    words: words.slice(0, MAX_SEARCHED).trim(),
    codes: [],
    parameter: undefined,
    status: undefined,
    headers: {},
    wait: undefined,
    html,
  };
}

/** Walks the known containers (`error`, `errors`, `detail`, `details`, `metadata`, `fault`...), the outermost first. */
function collect(value: unknown, found: Findings, depth: number): void {
  if (depth > 6) return;
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 16)) collect(item, found, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  for (const field of CODE_FIELDS) collectCode(value[field], found);
  for (const field of WORD_FIELDS) collectWords(value[field], found, depth);
  for (const field of WAIT_FIELDS) {
    const wait = value[field];
    if (typeof wait === "string" || typeof wait === "number") found.wait ??= String(wait);
  }
  collectParameter(value, found);
  if (isObject(value.headers)) {
    for (const [name, content] of Object.entries(value.headers)) {
      if (typeof content === "string" || typeof content === "number") {
        found.headers[name.toLowerCase()] ??= String(content);
      }
    }
  }
  const error = value.error;
  if (typeof error === "string") found.words.push(error);
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
  if (typeof value === "string") {
    if (value === "") return;
    // A gateway may quote the whole body of the reply behind it.
    const inner = value.startsWith("{") ? parseJson(value) : undefined;
    if (isObject(inner)) collect(inner, found, depth + 1);
    else found.words.push(value);
  } else {
    collect(value, found, depth + 1);
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
