/** Calls that brought no reply: refused, reset, not trusted, too slow. */
import { type Failure, FailureError } from "../../core/chat/failure.ts";
import type { ProviderSpec } from "../../core/provider.ts";

interface Row {
  /** Names and codes of errors, in the spellings of Bun, Node and undici. */
  match: RegExp;
  kind: Failure["kind"];
  scope: Failure["scope"];
  rule: string;
  message: string;
}

const ROWS: readonly Row[] = [
  {
    match: /^(?:TimeoutError|ETIMEDOUT|ConnectionTimeout|Timeout|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/,
    kind: "timeout",
    scope: "model",
    rule: "generic/timeout",
    message: "no answer in time",
  },
  {
    match: /^(?:ReplyTooLargeError|EventTooLargeError)$/,
    kind: "bad_reply",
    scope: "model",
    rule: "generic/reply-too-large",
    message: "the reply is larger than allowed",
  },
  {
    match: /^(?:AbortError|ABORT_ERR|UND_ERR_ABORTED)$/,
    kind: "aborted",
    scope: "request",
    rule: "generic/aborted",
    message: "the call was given up",
  },
  {
    match: /^(?:ECONNREFUSED|ConnectionRefused)$/,
    kind: "transport",
    scope: "provider",
    rule: "generic/refused",
    message: "the connection was refused",
  },
  {
    match: /^(?:ENOTFOUND|EAI_AGAIN|DNSException|DNS_.+|NameResolutionFailed|FailedToOpenSocket)$/,
    kind: "transport",
    scope: "provider",
    rule: "generic/unreachable",
    message: "the host could not be reached",
  },
  {
    match: /^(?:ERR_TLS.*|ERR_SSL.*|.*CERT.*|.*SELF_SIGNED.*|UNABLE_TO_VERIFY.*|UNABLE_TO_GET_ISSUER.*)$/,
    kind: "transport",
    scope: "provider",
    rule: "generic/tls",
    message: "the TLS certificate was not accepted",
  },
  {
    match: /^(?:ECONNRESET|ConnectionClosed|ConnectionReset|EPIPE|UND_ERR_SOCKET|SocketClosed)$/,
    kind: "transport",
    scope: "model",
    rule: "generic/reset",
    message: "the connection was cut",
  },
];

/** Classifies an exception of the outbound call, by its name and code or those of its causes. Never throws. */
export function classifyError(provider: Pick<ProviderSpec, "name">, error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  for (const mark of marksOf(error)) {
    const row = ROWS.find((candidate) => candidate.match.test(mark));
    if (row) {
      return {
        kind: row.kind,
        scope: row.scope,
        rule: row.rule,
        message: `${provider.name}: ${row.message}`,
      };
    }
  }
  return {
    kind: "transport",
    scope: "provider",
    rule: "generic/transport",
    message: `${provider.name}: the connection failed`,
  };
}

/** Codes first: they say more than names such as `TypeError`. */
function marksOf(error: unknown): string[] {
  const codes: string[] = [];
  const names: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string") codes.push(current.code);
    if ("name" in current && typeof current.name === "string") names.push(current.name);
    current = "cause" in current ? current.cause : undefined;
  }
  return [...codes, ...names];
}
