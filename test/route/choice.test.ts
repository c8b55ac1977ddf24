/** A decision looks at as little as it can: it must choose what a look at everything would choose. */
import { describe, expect, it } from "vitest";
import type { LimitReset, LimitSpec } from "../../src/core/route/limits.ts";
import { bestUsable, plan } from "../../src/core/route/plan.ts";
import { STRATEGIES } from "../../src/core/route/preferences.ts";
import { Dice } from "../../src/core/sim/dice.ts";
import { limit, World } from "./world.ts";

const RESETS: readonly [LimitReset, ...LimitReset[]] = ["sliding", "refill", { zone: "America/Los_Angeles" }];

function randomLimit(dice: Dice): LimitSpec {
  const metric = dice.pick(["requests", "requests", "tokens", "concurrency"] as const);
  const window = dice.pick(["minute", "hour", "day"] as const);
  const cap = metric === "tokens" ? dice.between(60, 600) : dice.between(1, 12);
  return limit({ metric, window, cap, reset: metric === "concurrency" ? "sliding" : dice.pick(RESETS) });
}

/** Up to a dozen models on up to three keys each, some used up, some resting, some better than others. */
function randomWorld(dice: Dice): World {
  const world = new World();
  const places: { keyId: string; id: string }[] = [];
  for (let number = dice.between(2, 4); number > 0; number--) {
    const provider = `p${number}`;
    const models = Array.from({ length: dice.between(1, 3) }, (_, index) => ({
      id: `m${index}`,
      intelligence: dice.between(1, 100),
      speed: dice.pick(["ultra", "normal", "slow"] as const),
      limits: Array.from({ length: dice.between(0, 3) }, () => randomLimit(dice)),
    }));
    world.provider(provider, models);
    for (let key = dice.between(1, 3); key > 0; key--) {
      world.key(`${provider}-${key}`, dice.chance(0.3) ? "shared" : `own${key}`);
      places.push(...models.map(({ id }) => ({ keyId: `${provider}-${key}`, id })));
    }
  }
  for (let call = dice.between(0, 80); call > 0; call--) {
    const place = places[dice.between(0, places.length - 1)];
    if (place === undefined) break;
    world.now += dice.between(0, 4_000);
    const { keyId, id } = place;
    const model = `${keyId.split("-")[0]}/${id}`;
    const number = world.reserve(keyId, id, 2 * dice.between(2, 40));
    if (dice.chance(0.8)) world.settle(number, 2 * dice.between(2, 40));
    if (dice.chance(0.1)) {
      const failure = { kind: "server_error", scope: "model", rule: "x", message: "" } as const;
      world.apply({ type: "call-failed", keyId, model, at: world.now, failure });
    }
    if (dice.chance(0.05)) {
      const until = world.now + dice.between(1_000, 60_000);
      world.apply({ type: "rest-set", scope: `key:${keyId}`, kind: "rate_minute", until, at: world.now });
    }
  }
  if (dice.chance(0.2)) world.apply({ type: "models-pinned", models: ["p1/m0"] });
  return world;
}

describe("the best usable target", () => {
  it.each(STRATEGIES)("is the first usable one of the plan: %s", (strategy) => {
    let passedOver = 0;
    let none = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const dice = new Dice(seed);
      const world = randomWorld(dice);
      const request = world.request(`auto:${strategy}`, { seed });
      for (let look = 0; look < 3; look++) {
        world.now += dice.between(0, 20_000);
        const best = bestUsable(request, world.now);
        const verdicts = [...plan(request, world.now)];
        const first = verdicts.findIndex(({ obstacle }) => obstacle === null);
        expect({ seed, look, best: best?.ordinal }).toEqual({
          ...{ seed, look },
          best: verdicts[first]?.target.ordinal,
        });
        if (best === null) none++;
        else if (strategy !== "priority") {
          expect({ seed, passedOver: request.progress.passedOver }).toEqual({ seed, passedOver: first > 0 });
          if (first > 0) passedOver++;
        }
      }
    }
    if (strategy !== "priority") expect(passedOver).toBeGreaterThan(50);
    expect(none).toBeGreaterThan(5);
  });
});
