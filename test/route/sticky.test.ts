import { describe, expect, it } from "vitest";
import { STICKY_MS } from "../../src/core/route/conversation.ts";
import { bestUsable, boundFreeAt } from "../../src/core/route/plan.ts";
import type { Target } from "../../src/core/route/target.ts";
import { limit, World } from "./world.ts";

const two = () =>
  new World()
    .provider("p", [
      { id: "m", limits: [limit({ metric: "requests", window: "second", cap: 1 })] },
      { id: "n" },
    ])
    .key("p-1")
    .key("p-2");

function bind(world: World, keyId: string, model: string): void {
  world.apply({ type: "conversation-bound", conversation: "c", keyId, model, at: world.now });
}

function bound(world: World): Target | null {
  const binding = world.state.conversations.find("c", world.now);
  return binding ? (world.state.catalogue.target(binding.keyId, binding.model) ?? null) : null;
}

describe("a conversation", () => {
  it("stays on its model and key, whatever comes first", () => {
    const world = two();
    bind(world, "p-2", "p/n");
    const target = bestUsable(world.request("auto", { bound: bound(world) }), world.now);
    expect(target?.key.id).toBe("p-2");
    expect(target?.model.key).toBe("p/n");
  });

  it("waits a moment for its target, and knows how long", () => {
    const world = two();
    bind(world, "p-2", "p/m");
    world.reserve("p-2", "m");
    const request = world.request("auto", { bound: bound(world) });
    const free = boundFreeAt(request, world.now);
    expect(free).toBeGreaterThan(world.now);
    expect(free).toBeLessThanOrEqual(world.now + 1_100);
    expect(boundFreeAt(request, world.now + 1_100)).toBeNull();
  });

  it("is forgotten half an hour after its last use", () => {
    const world = two();
    bind(world, "p-2", "p/n");
    world.now += STICKY_MS - 1;
    expect(bound(world)).not.toBeNull();
    bind(world, "p-2", "p/n");
    world.now += STICKY_MS;
    expect(bound(world)).toBeNull();
  });

  it.each([
    ["an order of keys", { type: "keys-ordered", keyIds: ["p-1"] }],
    ["an order of models", { type: "models-ordered", models: ["p/m"] }],
    ["a pin", { type: "models-pinned", models: ["p/m"] }],
  ] as const)("gives way to %s at once", (_, event) => {
    const world = two();
    bind(world, "p-2", "p/n");
    world.apply(event);
    expect(bound(world)).toBeNull();
  });

  it("moves when its key is disabled", () => {
    const world = two();
    bind(world, "p-2", "p/n");
    world.apply({ type: "key-state-changed", keyId: "p-2", state: "disabled", detail: null, at: world.now });
    const target = bestUsable(world.request("auto", { bound: bound(world) }), world.now);
    expect(target?.key.id).toBe("p-1");
  });

  it("is one of at most twenty thousand", () => {
    const world = two();
    for (let number = 0; number < 20_050; number++) {
      const conversation = `c-${number}`;
      world.apply({ type: "conversation-bound", conversation, keyId: "p-1", model: "p/m", at: world.now });
    }
    expect(world.state.conversations.size).toBe(20_000);
    expect(world.state.conversations.find("c-0", world.now)).toBeNull();
    expect(world.state.conversations.find("c-20049", world.now)).not.toBeNull();
  });
});
