/** A running freellm with scripted upstreams behind it, reached through the `openai` SDK as users do. */
import OpenAI from "openai";
import {
  addCustomKeyTo,
  type CustomKey,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "./binary.ts";
import type { Step } from "./steps.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

/** One custom endpoint, its upstream, and the model that only this test asks for. */
export interface Endpoint {
  upstream: Upstream;
  name: string;
  key: string;
}

export interface Stage {
  freellm: Freellm;
  home: string;
  /** Never retries by itself. */
  client: OpenAI;
  /**
   * Adds endpoints that all have a model of this name, in the order in which they are tried. The n-th one does the
   * n-th step for ever; those without a step answer.
   */
  endpoints(model: string, steps: (Step | null)[], limits?: CustomKey["limits"]): Promise<Endpoint[]>;
  close(): Promise<void>;
}

export async function openStage(
  options: { env?: Record<string, string>; args?: string[] } = {},
): Promise<Stage> {
  await ensureBinary();
  const folder = temporaryFolder();
  const home = folder.path;
  const upstreams: Upstream[] = [];
  const freellm = await startFreellm({ home, ...options });
  return {
    freellm,
    home,
    client: clientOf(freellm),
    async endpoints(model, steps, limits) {
      const added: Endpoint[] = [];
      for (const [index, step] of steps.entries()) {
        const upstream = await startUpstream({
          models: [model],
          ...(step === null ? {} : { otherwise: step }),
        });
        upstreams.push(upstream);
        const name = `${model}-${index + 1}`;
        const key = `sk-made-up-${name}`;
        await addCustomKeyTo(freellm, {
          ...{ name, baseUrl: upstream.baseUrl, key, models: [model] },
          ...(limits === undefined ? {} : { limits }),
        });
        added.push({ upstream, name, key });
      }
      return added;
    },
    async close() {
      await freellm.stop();
      await Promise.all(upstreams.map((upstream) => upstream.stop()));
      folder[Symbol.dispose]();
    },
  };
}

export function clientOf(freellm: Pick<Freellm, "baseUrl" | "token">): OpenAI {
  return new OpenAI({ baseURL: freellm.baseUrl, apiKey: freellm.token, maxRetries: 0, timeout: 15_000 });
}

export const HELLO = [{ role: "user" as const, content: "Hello" }];
