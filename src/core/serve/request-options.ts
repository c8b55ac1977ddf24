/** What a request asks of freellm itself, by headers. */
import { ProblemError } from "../chat/problem.ts";

export interface RequestOptions {
  /** How long this request may wait for a free target, in milliseconds. */
  patienceMs: number;
  /** Only models whose provider does not train on what it is sent. */
  private: boolean;
  /** A broken answer may go on at another target. */
  rescue: boolean;
  /** The client's own name for the conversation. */
  sessionId: string | null;
}

const LONGEST_WAIT_SECONDS = 600;
const LONGEST_SESSION_ID = 256;
/** Under these clients name their session: ours, that of Claude Code, of Codex, of opencode. */
const SESSION_HEADERS = [
  "x-session-id",
  "x-claude-code-session-id",
  "thread-id",
  "session-id",
  "x-session-affinity",
];

/** `defaults` hold where a header is missing. Throws ProblemError for a value that makes no sense. */
export function requestOptions(
  headers: Headers,
  defaults: { maxWaitMs: number; private: boolean; rescue: boolean },
): RequestOptions {
  return {
    patienceMs: patience(headers, defaults.maxWaitMs),
    // The setting is a promise that a client cannot take back.
    private: onOff(headers, "x-freellm-private", defaults.private) || defaults.private,
    rescue: onOff(headers, "x-freellm-rescue", defaults.rescue),
    sessionId: sessionId(headers),
  };
}

function sessionId(headers: Headers): string | null {
  for (const name of SESSION_HEADERS) {
    const value = headers.get(name);
    if (value !== null && value !== "" && value.length <= LONGEST_SESSION_ID) return value;
  }
  return null;
}

function patience(headers: Headers, fallback: number): number {
  const text = headers.get("x-freellm-max-wait");
  if (text === null) return fallback;
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds) || seconds < 0 || seconds > LONGEST_WAIT_SECONDS) {
    throw invalid("X-Freellm-Max-Wait", `a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}`);
  }
  return seconds * 1000;
}

function onOff(headers: Headers, name: string, fallback: boolean): boolean {
  switch (headers.get(name)?.trim().toLowerCase()) {
    case undefined:
      return fallback;
    case "on":
      return true;
    case "off":
      return false;
    default:
      throw invalid(name, "on or off");
  }
}

function invalid(header: string, expects: string): ProblemError {
  return new ProblemError({
    kind: "invalid_request",
    message: `${header} takes ${expects}.`,
    parameter: header,
  });
}
