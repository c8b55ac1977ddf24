/** A small routing world for the kernel's tests: providers, models and keys by a line each, and a clock that is moved by hand. */
import { modelKey, type RouterEvent } from "../../src/core/route/event.ts";
import type { LimitSpec } from "../../src/core/route/limits.ts";
import { newProgress, type RouteRequest } from "../../src/core/route/plan.ts";
import { RouterState } from "../../src/core/route/state.ts";

export const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);

export interface ModelSketch {
  id: string;
  family?: string;
  context?: number | null;
  limits?: LimitSpec[];
  vision?: boolean;
  tools?: boolean;
  aliases?: string[];
}

export function limit(
  overrides: Partial<LimitSpec> & Pick<LimitSpec, "metric" | "window" | "cap">,
): LimitSpec {
  return { scope: "account", pool: null, reset: "sliding", source: "documented", ...overrides };
}

export class World {
  readonly state = new RouterState();
  now = NOON;
  #calls = 0;

  provider(id: string, models: ModelSketch[], failedCallsCount: "yes" | "no" | "unknown" = "unknown"): this {
    this.apply({
      type: "provider-set",
      provider: { id, name: id.toUpperCase(), failedCallsCount, firstContentMs: null },
      models: models.map((model) => ({
        provider: id,
        id: model.id,
        family: model.family ?? model.id,
        name: model.id,
        aliases: model.aliases ?? [],
        contextWindow: model.context === undefined ? 100_000 : model.context,
        maxOutputTokens: null,
        capabilities: {
          tools: model.tools ?? true,
          vision: model.vision ?? false,
          jsonSchema: true,
          reasoning: false,
        },
        limits: model.limits ?? [],
        enabled: true,
      })),
    });
    return this;
  }

  key(id: string, account = id): this {
    const provider = id.slice(0, id.lastIndexOf("-"));
    const key = { id, provider, account: `${provider}/${account}`, state: "unknown" as const, detail: null };
    this.apply({ type: "key-set", key });
    return this;
  }

  apply(event: RouterEvent): void {
    this.state.apply(event);
  }

  request(model = "auto", overrides: Partial<RouteRequest> = {}): RouteRequest {
    const resolution = this.state.catalogue.resolve(model);
    return {
      candidates: resolution.kind === "unknown" ? [] : resolution.targets,
      needs: { tools: false, vision: false, jsonSchema: false },
      tokens: { input: 10, output: 10 },
      progress: newProgress(),
      ...overrides,
    };
  }

  /** Reserves a call and gives its id. */
  reserve(keyId: string, modelId: string, tokens = 20): number {
    const callId = ++this.#calls;
    const model = modelKey(keyId.slice(0, keyId.lastIndexOf("-")), modelId);
    this.apply({
      type: "call-reserved",
      callId,
      keyId,
      model,
      at: this.now,
      tokens,
      inputTokens: tokens / 2,
    });
    return callId;
  }

  settle(callId: number, tokens = 20, requests: 0 | 1 = 1): void {
    const inputTokens = tokens / 2;
    const outputTokens = tokens / 2;
    this.apply({ type: "call-settled", callId, at: this.now, requests, inputTokens, outputTokens });
  }
}
