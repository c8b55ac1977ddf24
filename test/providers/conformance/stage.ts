/** One freellm, as `serve --ephemeral` runs it, with every provider behind it on loopback. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import type { Context } from "../../../src/commands/context.ts";
import { Output } from "../../../src/commands/output.ts";
import { startServer } from "../../../src/commands/server.ts";
import { providerEvent } from "../../../src/core/app/registry.ts";
import type { Capabilities, ModelSpec, ProviderSpec } from "../../../src/core/provider.ts";
import { modelKey } from "../../../src/core/route/event.ts";
import { resolveHome } from "../../../src/core/store/home.ts";
import { type SimulatedProvider, startUpstream } from "./upstream.ts";

export interface ProvidedStage {
  client: OpenAI;
  /** Adds a key that leads to the simulated provider; its models have no limits and are all enabled. */
  open(provider: ProviderSpec): Promise<OpenProvider>;
  close(): Promise<void>;
}

export interface OpenProvider {
  upstream: SimulatedProvider;
  /** For the `model` field: one that can do all this; null when the provider has none. */
  model(needs?: Partial<Capabilities>): string | null;
  /** Forgets all failures. */
  recover(): void;
  token: string;
}

/** What a provider has that is not gone; one that can do everything where its models are only known from its own list. */
export function usableModels(provider: ProviderSpec): readonly ModelSpec[] {
  const models = provider.models.filter((model) => model.status !== "retired");
  return models.length > 0 ? models : [LISTED];
}

export function covers(capabilities: Capabilities, needs: Partial<Capabilities>): boolean {
  return CAPABILITIES.every((name) => !needs[name] || capabilities[name]);
}

const CAPABILITIES = ["tools", "vision", "jsonSchema", "reasoning"] as const;

const LISTED: ModelSpec = {
  id: "listed/model",
  family: "listed-model",
  name: "Listed model",
  status: "active",
  contextWindow: 131_072,
  maxOutputTokens: null,
  capabilities: { tools: true, vision: true, jsonSchema: true, reasoning: true },
  intelligence: null,
  speed: null,
  limits: [],
  source: "the provider's own list",
  asOf: "2026-11-01",
};

export async function openConformanceStage(): Promise<ProvidedStage> {
  const folder = mkdtempSync(join(tmpdir(), "freellm-test-"));
  const home = resolveHome({
    environment: { FREELLM_HOME: folder },
    platform: process.platform,
    userDirectory: "",
  });
  const environment = { FREELLM_HOME: folder, FREELLM_MAX_WAIT_MS: "0", FREELLM_LOG_LEVEL: "error" };
  const nowhere = { write: () => true };
  const output = new Output({ stdout: nowhere, stderr: nowhere, environment, json: false });
  const context: Context = {
    ...{ home, environment, output, interactive: false },
    readLine: async () => "",
    readAll: async () => "",
  };
  const server = await startServer(context, { flags: { port: 0 }, demo: false, ephemeral: true });
  const { application } = server.opened;
  const upstream = await startUpstream();
  const client = new OpenAI({
    baseURL: `${server.listener.url}/v1`,
    apiKey: application.token.show(),
    maxRetries: 0,
    timeout: 15_000,
  });
  return {
    client,
    async open(provider) {
      const token = `made-up-${provider.id}-key`;
      const simulated = upstream.add(provider, token);
      const { baseUrl } = simulated;
      const secret = provider.credential === "account_and_token" ? `${"0a".repeat(16)}:${token}` : token;
      const own = application.providers.find(provider.id) === undefined;
      const reply = await application.execute({
        type: "key-add",
        secret,
        baseUrl,
        ...(own
          ? { provider: "custom", name: provider.id, models: provider.models.map((model) => model.id) }
          : { provider: provider.id }),
      });
      if (reply.type !== "key") throw new Error(`no key of ${provider.id}`);
      const keyId = reply.key.id;
      const spec = application.registry.find(provider.id);
      if (!spec) throw new Error(`no provider ${provider.id}`);
      // A free tier would be spent by the first test.
      const models = usableModels(provider).map((model) => ({ ...model, limits: [] }));
      const enabled = new Map(models.map((model) => [modelKey(provider.id, model.id), true]));
      application.record(providerEvent({ ...spec, models }, enabled));
      return {
        upstream: simulated,
        token,
        model(needs = {}) {
          const found = usableModels(provider).find(({ capabilities }) => covers(capabilities, needs));
          return found ? modelKey(provider.id, found.id) : null;
        },
        recover() {
          const at = application.clock.now();
          for (const model of models) {
            const key = modelKey(provider.id, model.id);
            const target = application.state.catalogue.target(keyId, key);
            if (!target) continue;
            application.record({ type: "call-succeeded", keyId, model: key, at, firstContentMs: 1 });
            for (const { scope, until } of target.rests)
              if (until > at) application.record({ type: "rest-cleared", scope });
          }
        },
      };
    },
    async close() {
      server.stop();
      await upstream.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of fields that it does not know the SDK keeps the last piece only: thinking is put together here. */
export async function streamed(
  client: OpenAI,
  request: Omit<OpenAI.ChatCompletionCreateParamsStreaming, "stream">,
): Promise<OpenAI.ChatCompletion> {
  const stream_options = { include_usage: true };
  const runner = client.chat.completions.stream({ ...request, stream_options });
  let thinking = "";
  runner.on("chunk", (chunk) => {
    const delta: object = chunk.choices[0]?.delta ?? {};
    if ("reasoning_content" in delta) thinking += String(delta.reasoning_content);
  });
  const completion = await runner.finalChatCompletion();
  const [choice] = completion.choices;
  if (choice && thinking !== "") Object.assign(choice.message, { reasoning_content: thinking });
  return completion;
}
