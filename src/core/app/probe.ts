/** Asks a provider whether a key is good, by the cheapest call that proves something. */
import { CommandError } from "../command.ts";
import type { Clock, Outbound, Timers } from "../ports.ts";
import type { ProbeSpec, ProviderSpec, Providers } from "../provider.ts";
import { type Credential, openCredential } from "../serve/credential.ts";
import { createRedactor } from "../vault/redact.ts";

export interface ProbeResult {
  result: "valid" | "invalid" | "inconclusive";
  /** In words: what the provider answered. */
  detail: string;
  durationMs: number;
}

export interface ProbePorts {
  outbound: Outbound;
  providers: Providers;
  clock: Clock;
  timers: Timers;
}

const TIMEOUT_MS = 15_000;
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

/** `secret` null probes an endpoint that needs no key. `model` is what a chat probe uses where the provider's data names none. Never rejects. */
export async function probeKey(
  ports: ProbePorts,
  provider: ProviderSpec,
  secret: string | null,
  baseUrl: string | null,
): Promise<ProbeResult> {
  const { probe } = provider;
  const startedAt = ports.clock.monotonic();
  const abort = new AbortController();
  const timer = ports.timers.after(TIMEOUT_MS, () => abort.abort());
  const done = (result: ProbeResult["result"], detail: string): ProbeResult => ({
    result,
    detail,
    durationMs: Math.round(ports.clock.monotonic() - startedAt),
  });
  const credential = openCredential(provider, baseUrl, secret);
  const root = probe.fromRoot ? new URL(credential.baseUrl).origin : credential.baseUrl;
  try {
    const response = await ports.outbound.send({
      url: `${root}${probe.path}`,
      method: probe.method,
      headers: headersOf(provider, credential),
      signal: abort.signal,
      ...(probe.method === "POST" ? { body: oneTokenCall(probe) } : {}),
    });
    const { status, headers } = response;
    const body = withoutSecret(await response.text(MAX_REPLY_BYTES), credential.secret);
    if (probe.valid.includes(status)) return done("valid", `${provider.name} accepts it (HTTP ${status})`);
    const failure = ports.providers.classify(provider, { status, headers, body, now: ports.clock.now() });
    const detail = `HTTP ${status}: ${failure.message}`;
    return done(
      probe.invalid.includes(status) || failure.kind === "invalid_key" ? "invalid" : "inconclusive",
      detail,
    );
  } catch (error) {
    if (abort.signal.aborted) return done("inconclusive", `no answer within ${TIMEOUT_MS / 1000} s`);
    return done("inconclusive", ports.providers.classifyError(provider, error).message);
  } finally {
    timer.cancel();
  }
}

/** Some providers quote the key that they refuse. */
function withoutSecret(text: string, secret: string | null): string {
  if (secret === null) return text;
  const redactor = createRedactor();
  redactor.add(secret);
  return redactor.scrub(text);
}

function headersOf(provider: ProviderSpec, credential: Credential): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/json",
    ...provider.quirks.headers,
    ...credential.headers,
  };
  if (provider.probe.method === "POST") headers["content-type"] = "application/json";
  return headers;
}

function oneTokenCall(probe: ProbeSpec): string {
  return JSON.stringify({
    model: probe.model,
    max_tokens: 1,
    messages: [{ role: "user", content: "Say ok" }],
  });
}

/** The models that an endpoint lists. Throws CommandError when it lists none. */
export async function discoverModels(
  ports: ProbePorts,
  provider: ProviderSpec,
  secret: string | null,
): Promise<{ id: string; contextWindow: number | null }[]> {
  const abort = new AbortController();
  const timer = ports.timers.after(TIMEOUT_MS, () => abort.abort());
  const hint = "Name its models with --model ID";
  const credential = openCredential(provider, null, secret);
  try {
    const response = await ports.outbound.send({
      url: `${provider.baseUrl}/models`,
      method: "GET",
      headers: headersOf(provider, credential),
      signal: abort.signal,
    });
    const body = await response.text(MAX_REPLY_BYTES);
    const models = response.status === 200 ? ports.providers.parseModelList(body)?.models : undefined;
    if (models && models.length > 0) return models;
    throw new CommandError(
      "no_model_list",
      `${provider.baseUrl}/models gave no list of models (HTTP ${response.status}).`,
      hint,
    );
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError("no_model_list", `${provider.baseUrl}/models could not be read.`, hint);
  } finally {
    timer.cancel();
  }
}
