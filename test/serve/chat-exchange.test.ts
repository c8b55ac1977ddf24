/** Whatever fails inside, a request ends: its client is told, and its place is free again. */
import { expect, it } from "vitest";
import { ChatExchange } from "../../src/core/serve/chat.ts";
import { ClientLink } from "../../src/core/serve/client-link.ts";
import type { Gateway } from "../../src/core/serve/gateway.ts";
import { ExpiringMemory } from "../../src/core/serve/memory.ts";
import { Waiters } from "../../src/core/serve/waiters.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";
import type { Surface } from "../../src/core/surface/surface.ts";
import { providers } from "../../src/providers/index.ts";
import { chatRequest } from "../providers/support.ts";
import { World } from "../route/world.ts";
import { clock, ManualTimers } from "../store/ports.ts";

const REPLY = JSON.stringify({
  id: "c",
  object: "chat.completion",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
});

it("an answer that cannot be written down for the client", async () => {
  const timers = new ManualTimers();
  const model = { id: "m", contextWindow: 8192, limits: [] };
  const provider = providers.custom({
    id: "a",
    name: "A",
    baseUrl: "http://127.0.0.1:9/v1",
    models: [model],
  });
  const world = new World().provider("a", [{ id: "m" }]).key("a-1");
  const events: string[] = [];
  const gateway = {
    ...{ clock, timers, providers, state: world.state, waiters: new Waiters(clock, timers) },
    memory: new ExpiringMemory(clock),
    journal: { committed: () => Promise.resolve() },
    limits: { maxAttempts: 3, failoverBudgetMs: 60_000, upstreamTimeoutMs: 60_000, firstContentMs: 60_000 },
    meetings: { replies: { point: () => null } },
    outbound: {
      send: async () => ({
        status: 200,
        headers: new Headers({ "content-type": "application/json" }),
        text: async () => REPLY,
      }),
    },
    log: { error: () => {}, info: () => {} },
    record: ({ type }: { type: string }) => events.push(type),
    decisions: { remember: () => {} },
    nextCallId: () => 1,
    newRequestId: () => "req_1",
    providerOf: () => provider,
    proxyOf: () => null,
    secretOf: () => "sk-made-up",
    baseUrlOf: () => null,
    digest: (text: string) => text,
  } as unknown as Gateway;
  const surface: Surface = {
    ...openaiChat,
    whole: () => {
      throw new Error("unwritable");
    },
  };
  const request = chatRequest({ model: "m", stream: false });
  const options = { patienceMs: 0, private: false, rescue: true, sessionId: null };
  let ended = 0;
  const exchange = new ChatExchange(gateway, surface, request, options, new ClientLink(), () => void ended++);
  const response = await exchange.respond();
  expect([response.status, ended]).toEqual([500, 1]);
  expect(events.filter((type) => type === "call-settled" || type === "request-finished")).toEqual([
    "call-settled",
    "request-finished",
  ]);
  expect(timers.count).toBe(0);
});
