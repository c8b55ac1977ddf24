import { describe, expect, it } from "vitest";
import { Prober } from "../../src/core/app/prober.ts";
import { providers } from "../../src/providers/index.ts";
import { World } from "../route/world.ts";

const HOUR = 3_600_000;

function setup() {
  const world = new World().provider("groq", [{ id: "m" }]).provider("nvidia", [{ id: "n" }]);
  world.key("groq-1").key("groq-2").key("nvidia-1");
  const tested: string[] = [];
  const ports = {
    state: world.state,
    clock: { now: () => world.now, monotonic: () => world.now },
    timers: { after: () => ({ cancel() {} }) },
    providerOf: (id: string) => providers.find(id),
    doubt: (keyId: string) => void tested.push(keyId),
  };
  const prober = new Prober(ports, 6 * HOUR);
  const look = () => {
    tested.length = 0;
    prober.look();
    return [...tested];
  };
  /** One call of the first key, so that the proxy is in use. */
  const use = () => {
    world.settle(world.reserve("groq-1", "m"));
    world.apply({
      type: "call-succeeded",
      keyId: "groq-1",
      model: "groq/m",
      at: world.now,
      firstContentMs: 5,
    });
  };
  return { world, look, use };
}

describe("idle keys", () => {
  it("are tested every six hours while others are in use, and not sooner", () => {
    const { world, look, use } = setup();
    use();
    expect(look()).toEqual([]);
    world.now += 6 * HOUR;
    use();
    expect(look()).toEqual(["groq-2"]);
    world.now += 6 * HOUR - 1;
    use();
    expect(look()).toEqual([]);
    world.now += 1;
    expect(look()).toEqual(["groq-2"]);
  });

  it("are left alone while nobody uses the proxy, and where a test costs quota", () => {
    const { world, look, use } = setup();
    use();
    world.now += 20 * HOUR;
    expect(look()).toEqual([]);
    use();
    expect(look()).not.toContain("nvidia-1");
  });

  it("that are disabled or known to be bad are not tested", () => {
    const { world, look, use } = setup();
    world.apply({
      type: "key-state-changed",
      keyId: "groq-2",
      state: "disabled",
      detail: null,
      at: world.now,
    });
    world.now += 7 * HOUR;
    use();
    expect(look()).toEqual([]);
  });

  it("of one provider are tested one at a time", () => {
    const { world, look, use } = setup();
    world.key("groq-3");
    world.now += 7 * HOUR;
    use();
    expect(look()).toEqual(["groq-2"]);
    expect(look()).toEqual(["groq-3"]);
    expect(look()).toEqual([]);
  });
});
