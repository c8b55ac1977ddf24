/** Asks a provider whether a key is good, by the cheapest call that proves something. */
import type { FailureKind } from "../chat/failure.ts";
import type { ReplyHeaders } from "../chat/reply-headers.ts";
import type { Clock, Outbound, Timers } from "../ports.ts";
import type { ProbeSpec, ProviderSpec, Providers, UsageObservation } from "../provider.ts";
import { type Credential, openCredential } from "../serve/credential.ts";
import { createRedactor } from "../vault/redact.ts";

export interface ProbeResult {
  result: "valid" | "invalid" | "inconclusive";
  /** In words: what the provider answered. */
  detail: string;
  /** What kind of failure the answer was; null when it was none. */
  kind: FailureKind | null;
  durationMs: number;
  /** What the reply told of the account's use, where the same endpoint tells both. */
  usage?: UsageObservation[];
}

/** Where a question about a key goes. */
export type Place = Pick<ProbeSpec, "path" | "fromRoot" | "host">;

export interface ProbePorts {
  outbound: Outbound;
  providers: Providers;
  clock: Clock;
  timers: Timers;
  /** By host: whether its list of models is open to anybody, as far as that was found out. */
  publicLists: Map<string, boolean>;
}

const TIMEOUT_MS = 15_000;
const MAX_REPLY_BYTES = 4 * 1024 * 1024;
/** Nobody's key, in a shape that any server reads as one. */
const MADE_UP = "0".repeat(40);

/** `secret` null probes an endpoint that needs no key. Never rejects. */
export async function probeKey(
  ports: ProbePorts,
  provider: ProviderSpec,
  secret: string | null,
  baseUrl: string | null,
): Promise<ProbeResult> {
  const { probe } = provider;
  const startedAt = ports.clock.monotonic();
  const first = await ask(ports, provider, probe, openCredential(provider, baseUrl, secret));
  if (first.result !== "valid" || probe.control !== true || secret === null) return first;
  const last = await beyondTheList(ports, provider, secret, baseUrl, first);
  return { ...last, durationMs: Math.round(ports.clock.monotonic() - startedAt) };
}

/** The list of models was given. That proves something only at a host that does not give it to anybody. */
async function beyondTheList(
  ports: ProbePorts,
  provider: ProviderSpec,
  secret: string,
  baseUrl: string | null,
  first: ProbeResult,
): Promise<ProbeResult> {
  const credential = openCredential(provider, baseUrl, secret);
  const { host } = new URL(credential.baseUrl);
  if (!ports.publicLists.has(host)) {
    const madeUp = openCredential(provider, credential.baseUrl, `${provider.keyPrefixes[0] ?? ""}${MADE_UP}`);
    const control = await ask(ports, provider, provider.probe, madeUp);
    if (control.result === "inconclusive") {
      return { ...control, detail: `its list of models may be open to anybody (${control.detail})` };
    }
    ports.publicLists.set(host, control.result === "valid");
  }
  if (ports.publicLists.get(host) === false) return first;
  const model = provider.models.find(({ status }) => status === "active") ?? provider.models[0];
  if (!model) return { ...first, result: "inconclusive", detail: "its list of models is open to anybody" };
  const { valid, invalid } = provider.probe;
  const call: ProbeSpec = {
    method: "POST",
    path: "/chat/completions",
    model: model.id,
    // Whoever is told of a lack of credit, a limit or a wrong request has been let in.
    valid: [...valid, 402, 422, 429],
    invalid,
    costsQuota: true,
  };
  return await ask(ports, provider, call, credential);
}

/** What the endpoint answers to this key. Rejects where nothing comes back in time. */
export async function question(
  ports: ProbePorts,
  provider: ProviderSpec,
  place: Place & { method: "GET" | "POST"; body?: string },
  credential: Credential,
): Promise<{ status: number; headers: ReplyHeaders; body: string }> {
  const abort = new AbortController();
  const timer = ports.timers.after(TIMEOUT_MS, () => abort.abort(new ProbeTimeoutError()));
  try {
    const { method, body } = place;
    const response = await ports.outbound.send({
      url: `${rootOf(provider, place, credential)}${place.path}`,
      method,
      headers: headersOf(provider, method, credential),
      signal: abort.signal,
      ...(body === undefined ? {} : { body }),
    });
    const { status, headers } = response;
    return { status, headers, body: withoutSecret(await response.text(MAX_REPLY_BYTES), credential.secret) };
  } catch (error) {
    throw abort.signal.aborted ? new ProbeTimeoutError() : error;
  } finally {
    timer.cancel();
  }
}

class ProbeTimeoutError extends Error {
  override readonly message = `no answer within ${TIMEOUT_MS / 1000} s`;
}

/** One call. Never rejects. */
async function ask(
  ports: ProbePorts,
  provider: ProviderSpec,
  probe: ProbeSpec,
  credential: Credential,
): Promise<ProbeResult> {
  const startedAt = ports.clock.monotonic();
  const done = (
    result: ProbeResult["result"],
    detail: string,
    kind: FailureKind | null = null,
  ): ProbeResult => ({ result, detail, kind, durationMs: Math.round(ports.clock.monotonic() - startedAt) });
  const { method, model, path } = probe;
  const { usage } = provider;
  try {
    const call = method === "POST" && model !== undefined ? { body: oneTokenCall(provider, model) } : {};
    const { status, headers, body } = await question(ports, provider, { ...probe, ...call }, credential);
    if (probe.valid.includes(status)) {
      const told =
        status === 200 && usage?.path === path
          ? { usage: ports.providers.readUsage(usage, body, ports.clock.now()) }
          : {};
      return { ...done("valid", `${provider.name} accepts it (HTTP ${status})`), ...told };
    }
    const failure = ports.providers.classify(provider, { status, headers, body, now: ports.clock.now() });
    const refused = probe.invalid.includes(status) || failure.kind === "invalid_key";
    return done(
      refused ? "invalid" : "inconclusive",
      `HTTP ${status}: ${failure.message}`,
      refused ? "invalid_key" : failure.kind,
    );
  } catch (error) {
    if (error instanceof ProbeTimeoutError) return done("inconclusive", error.message, "timeout");
    const { message, kind } = ports.providers.classifyError(provider, error);
    return done("inconclusive", message, kind);
  }
}

function rootOf(provider: ProviderSpec, { fromRoot, host }: Place, { baseUrl }: Credential): string {
  if (!fromRoot) return baseUrl;
  // A key with an address of its own is told to that address alone.
  return host !== undefined && baseUrl === provider.baseUrl ? host : new URL(baseUrl).origin;
}

const DOWN: ReadonlySet<FailureKind> = new Set<FailureKind>([
  "transport",
  "timeout",
  "server_error",
  "capacity",
  "bad_reply",
]);

/** What to do about the outcome of a probe, in one sentence; null when nothing is. */
export function probeHint(
  id: string,
  provider: ProviderSpec,
  { result, kind }: ProbeResult,
  keyless: boolean,
): string | null {
  if (result === "valid") return null;
  const { name, signUpUrl } = provider;
  if (result === "invalid") {
    if (keyless) {
      return `${name} wants a key. Give it one: freellm keys rotate ${id}, or forget it: freellm keys rm ${id}`;
    }
    const where = signUpUrl === null ? "" : ` (a new one: ${signUpUrl})`;
    return `Mistyped, revoked or expired. Replace it: freellm keys rotate ${id}${where}, or forget it: freellm keys rm ${id}`;
  }
  if (kind !== null && DOWN.has(kind)) {
    return `${name} is down or cannot be reached; the key stays in use. Try again later: freellm keys test ${id}`;
  }
  if (kind === "model_gone") {
    return `The model that the test asks for is gone at ${name}; the key stays in use. What else there is: freellm models list`;
  }
  if (kind === "forbidden") {
    return `The key may lack a permission; look at its settings${signUpUrl === null ? "" : `: ${signUpUrl}`}`;
  }
  if (kind === "config") return `Check the address: freellm keys edit ${id} --base-url URL`;
  return `This proves nothing; the key stays in use. Try again later: freellm keys test ${id}`;
}

/** Some providers quote the key that they refuse. */
function withoutSecret(text: string, secret: string | null): string {
  if (secret === null) return text;
  const redactor = createRedactor();
  redactor.add(secret);
  return redactor.scrub(text);
}

function headersOf(
  provider: ProviderSpec,
  method: ProbeSpec["method"],
  credential: Credential,
): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/json",
    ...provider.quirks.headers,
    ...credential.headers,
  };
  if (method === "POST") headers["content-type"] = "application/json";
  return headers;
}

function oneTokenCall({ quirks }: ProviderSpec, model: string): string {
  return JSON.stringify({
    model,
    [quirks.maxTokensField]: Math.max(1, quirks.maxTokens.least ?? 1),
    messages: [{ role: "user", content: "Say ok" }],
  });
}
