/** A whole application on a virtual clock, before upstreams that answer, refuse and break by a seed. */

import { onTestFinished } from "vitest";
import { Application } from "../../src/core/app.ts";
import { resolveSettings } from "../../src/core/config/resolve.ts";
import type { Clock, Database, Outbound, OutboundRequest, Timers } from "../../src/core/ports.ts";
import type { Providers } from "../../src/core/provider.ts";
import type { StrategyName } from "../../src/core/route/preferences.ts";
import { ChatExchange } from "../../src/core/serve/chat.ts";
import { ClientLink } from "../../src/core/serve/client-link.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { openStore } from "../../src/core/store/store.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";
import { openVault } from "../../src/core/vault/vault.ts";
import { providers } from "../../src/providers/index.ts";
import { byteReader } from "../net/byte-reader.ts";
import { random } from "../store/ports.ts";
import { HeaderSlot } from "../vault/setup.ts";

export const CANARY = "canary-7351-what-was-said";
export const SECRET = "sk-made-up-canary-9462";

/** Time that stands still until it is told to go on. */
export class VirtualTime implements Clock, Timers {
  #now: number;
  #timers: { at: number; ring: () => void }[] = [];

  constructor(now = Date.UTC(2026, 10, 24, 12)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(milliseconds: number, ring: () => void) {
    // Clocks show whole milliseconds.
    const timer = { at: this.#now + Math.ceil(milliseconds), ring };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** To the next timer, and lets everything happen that follows. */
  async step(): Promise<void> {
    const next = Math.min(...this.#timers.map(({ at }) => at));
    if (Number.isFinite(next)) {
      this.#now = Math.max(this.#now, next);
      const due = this.#timers.filter(({ at }) => at <= this.#now);
      this.#timers = this.#timers.filter(({ at }) => at > this.#now);
      for (const { ring } of due) ring();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

export interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  delayMs?: number;
}

export function answered(words = "all is well"): Reply {
  const message = { role: "assistant", content: words };
  const usage = { prompt_tokens: 31, completion_tokens: 12, total_tokens: 43 };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  return {
    status: 200,
    body: { id: "1", object: "chat.completion", created: 1, model: "m", choices, usage },
  };
}

export function refused(status: number, message: string, more: Partial<Reply> = {}): Reply {
  return { status, body: { error: { message, type: "error", code: null } }, ...more };
}

export interface ExplainWorld {
  application: Application;
  time: VirtualTime;
  database: Database;
  /** One request to its end. */
  ask(body: Record<string, unknown>, sessionId?: string | null): Promise<Response>;
  /** Runs until all of them are settled. */
  settle<T>(work: Promise<T>): Promise<T>;
}

export async function openWorld(
  reply: (request: OutboundRequest) => Reply,
  options: {
    strategy?: StrategyName;
    providerIds?: string[];
    database?: Database;
    hedge?: boolean;
    /** Of a world before, whose keys are to be opened again. */
    header?: HeaderSlot;
    time?: VirtualTime;
  } = {},
): Promise<ExplainWorld> {
  const { time = new VirtualTime(), header = new HeaderSlot() } = options;
  const { settings } = resolveSettings({ flags: {}, environment: {}, toml: undefined });
  const ids = options.providerIds ?? ["groq", "mistral", "cerebras"];
  const known: Providers = {
    ...providers,
    all: () => providers.all().filter(({ id }) => ids.includes(id)),
    find: (id) => (ids.includes(id) ? providers.find(id) : undefined),
  };
  const outbound: Outbound = {
    async send(request) {
      const {
        status,
        body,
        headers = {},
        delayMs = 5,
      } = request.method === "GET" ? listed() : reply(request);
      const gone = new Promise<never>((_, reject) => {
        request.signal?.addEventListener("abort", () => reject(new Error("given up")), { once: true });
      });
      await Promise.race([time.sleep(delayMs), gone]);
      gone.catch(() => {});
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const response = new Response(text, {
        status,
        headers: { "content-type": "application/json", ...headers },
      });
      const reader = byteReader((response.body ?? new Blob([]).stream()).getReader());
      return { status, headers: response.headers, text: async () => text, reader: () => reader };
    },
  };
  const vault = await openVault({
    ...{ header, sealedRecords: false, keyFile: "", keychain: null, random, timers: time },
    encryptionKey: "ab".repeat(32),
  });
  const database = options.database ?? (await openSqljsDatabase());
  const application = new Application({
    store: openStore({ database, timers: time }),
    ...{
      vault,
      providers: known,
      clock: time,
      timers: time,
      random,
      limits: { ...settings, hedge: options.hedge ?? false },
      version: "1.0.0-test",
    },
    outbound,
    log: { info: () => {}, warn: () => {}, error: (message, fields) => console.error(message, fields) },
    preferences: {
      strategy: options.strategy ?? "priority",
      weights: { quality: 1, success: 1, speed: 1, quota: 1 },
      ...{ profiles: {}, aliases: {}, private: false },
    },
    probeIntervalMs: 0,
    hash: (text, seed) => Bun.hash.xxHash64(text, seed),
  });
  onTestFinished(() => {
    try {
      application.close();
    } catch {
      // The test closed it.
    }
  });
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    work.then(over, over);
    await new Promise((resolve) => setImmediate(resolve));
    while (!isOver) await time.step();
    return await work;
  };
  application.start();
  return {
    ...{ application, time, database, settle },
    async ask(body, sessionId = null) {
      const request = openaiChat.decode(body, JSON.stringify(body).length);
      const asked = { patienceMs: 2_000, private: false, rescue: true, sessionId };
      const client = new ClientLink();
      const response = await new ChatExchange(
        application,
        openaiChat,
        request,
        asked,
        client,
        () => {},
      ).respond();
      return new Response(await response.text(), { status: response.status, headers: response.headers });
    },
  };
}

function listed(): Reply {
  return { status: 200, body: { object: "list", data: [{ id: "m", object: "model" }] } };
}

export async function addKeys(world: ExplainWorld, ...names: string[]): Promise<void> {
  for (const [index, provider] of names.entries()) {
    const secret = `${SECRET}-${provider}-${index}-${"0".repeat(20)}`;
    await world.settle(world.application.execute({ type: "key-add", provider, secret, test: false }));
  }
}

export const HELLO = { messages: [{ role: "user", content: `Hello ${CANARY}` }] };
