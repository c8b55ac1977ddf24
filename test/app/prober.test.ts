import { describe, expect, it } from "vitest";
import { Prober } from "../../src/core/app/prober.ts";
import { providers } from "../../src/providers/index.ts";
import { World } from "../route/world.ts";

const HOUR = 3_600_000;

function setup() {
  const world = new World().provider("groq", [{ id: "m" }]).provider("nvidia", [{ id: "n" }]);
  world.key("groq-1").key("groq-2").key("nvidia-1");
  const tested: string[] = [];
  const asked: string[] = [];
  let tells = true;
  const ports = {
    state: world.state,
    clock: { now: () => world.now, monotonic: () => world.now },
    timers: { after: () => ({ cancel() {} }) },
    providerOf: (id: string) => providers.find(id),
    doubt: (keyId: string) => void tested.push(keyId),
    askUsage: async (keyId: string) => {
      asked.push(keyId);
      return tells;
    },
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
  /** Who was asked about use. */
  const lookForUse = async () => {
    asked.length = 0;
    prober.look();
    await Promise.resolve();
    return [...asked];
  };
  const fallSilent = () => {
    tells = false;
  };
  return { world, look, use, lookForUse, fallSilent };
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

describe("what is used of an account", () => {
  const MINUTE = 60_000;

  function withOpenRouter() {
    const stage = setup();
    stage.world.provider("openrouter", [{ id: "m" }]);
    stage.world.key("openrouter-1", "mine").key("openrouter-2", "mine").key("openrouter-3", "other");
    const call = () => stage.world.settle(stage.world.reserve("openrouter-1", "m"));
    return { ...stage, call };
  }

  it("is asked once the proxy is in use, one account after the other, and by one key of each", async () => {
    const { use, lookForUse } = withOpenRouter();
    expect(await lookForUse()).toEqual([]);
    use();
    expect(await lookForUse()).toEqual(["openrouter-1"]);
    expect(await lookForUse()).toEqual(["openrouter-3"]);
    expect(await lookForUse()).toEqual([]);
  });

  it("is asked again after five quiet minutes where it is used, after twenty where it is not", async () => {
    const { world, use, lookForUse, call } = withOpenRouter();
    use();
    await lookForUse();
    await lookForUse();
    world.now += MINUTE;
    call();
    world.now += 4 * MINUTE - 1;
    expect(await lookForUse()).toEqual([]);
    world.now += 1;
    expect(await lookForUse()).toEqual(["openrouter-1"]);
    world.now += 14 * MINUTE;
    use();
    expect(await lookForUse()).toEqual([]);
    world.now += MINUTE;
    expect(await lookForUse()).toEqual(["openrouter-3"]);
  });

  it("is asked when calls have had the time to show, unless they never end", async () => {
    const { world, use, lookForUse, call } = withOpenRouter();
    use();
    await lookForUse();
    await lookForUse();
    for (let minute = 1; minute < 10; minute++) {
      world.now += MINUTE;
      call();
      expect(await lookForUse()).toEqual([]);
    }
    world.now += MINUTE;
    call();
    expect(await lookForUse()).toEqual(["openrouter-1"]);
  });

  it("is asked ever less often of one that does not tell", async () => {
    const { world, use, lookForUse, call, fallSilent } = withOpenRouter();
    world.apply({ type: "key-removed", keyId: "openrouter-3" });
    fallSilent();
    use();
    await lookForUse();
    const waits: number[] = [];
    let last = world.now;
    while (waits.length < 4) {
      call();
      world.now += 2 * MINUTE;
      if ((await lookForUse()).length === 0) continue;
      waits.push(Math.round((world.now - last) / MINUTE));
      last = world.now;
    }
    expect(waits).toEqual([10, 20, 40, 80]);
  });

  it("is not asked by keys that are disabled or refused", async () => {
    const { world, use, lookForUse } = withOpenRouter();
    use();
    const change = { type: "key-state-changed", detail: null, at: world.now } as const;
    world.apply({ ...change, keyId: "openrouter-1", state: "disabled" });
    world.apply({ ...change, keyId: "openrouter-2", state: "invalid" });
    expect(await lookForUse()).toEqual(["openrouter-3"]);
  });
});
