import { describe, expect, it } from "vitest";
import { ModelList } from "../../src/core/serve/listing.ts";
import { World } from "../route/world.ts";

interface Listed {
  id: string;
  available: boolean;
}

function listed(list: ModelList, now: number): Listed[] {
  return (JSON.parse(list.text(now)) as { data: Listed[] }).data;
}

describe("the list of models", () => {
  it("is the same text while nothing happens, and shows at once what does", () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const list = new ModelList(world.state);
    expect(listed(list, world.now).map(({ id }) => id)).toEqual(["auto", "m", "a/m"]);
    expect(list.text(world.now + 1)).toBe(list.text(world.now + 2));
    world.apply({
      ...{ type: "rest-set", scope: "key:a-1", kind: "rate_minute" },
      ...{ until: world.now + 60_000, at: world.now },
    });
    expect(listed(list, world.now + 3).every(({ available }) => !available)).toBe(true);
  });

  it("shows within a moment what the time alone has changed, also when the clock was set back", () => {
    const world = new World().provider("a", [{ id: "m" }]).key("a-1");
    const list = new ModelList(world.state);
    world.apply({
      ...{ type: "rest-set", scope: "key:a-1", kind: "rate_minute" },
      ...{ until: world.now + 60_000, at: world.now },
    });
    expect(listed(list, world.now + 59_900)[0]?.available).toBe(false);
    expect(listed(list, world.now + 60_200)[0]?.available).toBe(true);
    expect(listed(list, world.now + 59_000)[0]?.available).toBe(false);
  });
});
