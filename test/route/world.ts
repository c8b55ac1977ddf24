/** A small routing world for the kernel's tests: providers, models and keys by a line each, and a clock that is moved by hand. */
import { modelKey, type RouterEvent } from "../../src/core/route/event.ts";
import type { DataUse, LimitSpec, SpeedClass } from "../../src/core/route/limits.ts";
import { newProgress, type RouteRequest } from "../../src/core/route/plan.ts";
import type { StrategyName, Weights } from "../../src/core/route/preferences.ts";
import { strategyOf } from "../../src/core/route/score.ts";
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
  intelligence?: number;
  speed?: SpeedClass;
  dataUse?: DataUse;
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
        intelligence: model.intelligence ?? null,
        speed: model.speed ?? null,
        dataUse: model.dataUse ?? "unknown",
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
      needs: { tools: false, vision: false, jsonSchema: false, private: false },
      tokens: { input: 10, output: 10 },
      weights: resolution.kind === "unknown" ? null : this.weights(resolution.strategy),
      seed: 1,
      bound: null,
      progress: newProgress(),
      ...overrides,
    };
  }

  weights(strategy: StrategyName): Weights | null {
    return strategyOf(strategy, this.state.catalogue.preferences.weights).weights;
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
      estimate: tokens / 2,
    });
    return callId;
  }

  settle(callId: number, tokens = 20, requests: 0 | 1 = 1): void {
    const inputTokens = tokens / 2;
    const outputTokens = tokens / 2;
    this.apply({
      type: "call-settled",
      callId,
      at: this.now,
      requests,
      inputTokens,
      outputTokens,
      counted: false,
    });
  }
}
