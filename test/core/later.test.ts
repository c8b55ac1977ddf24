import { expect, it } from "vitest";
import { awaited, LATER, promised, type Wake } from "../../src/core/chat/later.ts";

it("what is read with a wake-up is promised: at once, when it comes, or not at all", async () => {
  expect(await promised(() => null)).toBeNull();
  const wakes: Wake[] = [];
  let there = false;
  const value = promised((wake) => {
    if (there) return "it";
    wakes.push(wake);
    return LATER;
  });
  wakes[0]?.();
  expect(wakes).toHaveLength(2);
  there = true;
  wakes[1]?.();
  expect(await value).toBe("it");
  const thrown = promised(() => {
    throw new Error("broken");
  });
  await expect(thrown).rejects.toThrow("broken");
});

it("what is promised is read with a wake-up, one after the other, errors as well", async () => {
  const left: (string | null)[] = ["a", "b", null];
  const next = awaited(async () => {
    const piece = left.shift();
    if (piece === undefined) throw new Error("broken");
    return piece;
  });
  expect(await promised(next)).toBe("a");
  expect(await promised(next)).toBe("b");
  expect(await promised(next)).toBeNull();
  await expect(promised(next)).rejects.toThrow("broken");
});
