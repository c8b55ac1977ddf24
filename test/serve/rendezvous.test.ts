import { expect, test } from "vitest";
import { Rendezvous } from "../../src/core/serve/rendezvous.ts";

test("those who come in one turn go on together at its end, each a step after the other", async () => {
  const rendezvous = new Rendezvous();
  const steps: string[] = [];
  const walk = async (name: string): Promise<void> => {
    steps.push(`${name} comes`);
    await rendezvous.point(10);
    steps.push(`${name} one`);
    await null;
    steps.push(`${name} two`);
  };
  await Promise.all(["a", "b", "c"].map(walk));
  expect(steps).toEqual([
    ...["a comes", "b comes", "c comes"],
    ...["a one", "b one", "c one"],
    ...["a two", "b two", "c two"],
  ]);
});

test("a later turn is another meeting", async () => {
  const rendezvous = new Rendezvous();
  const first = rendezvous.point(10);
  expect(rendezvous.point(10)).toBe(first);
  await first;
  const second = rendezvous.point(10);
  expect(second).not.toBe(first);
  await second;
});

test("nobody waits where there are few", () => {
  const rendezvous = new Rendezvous();
  for (const count of [0, 1, 4]) expect(rendezvous.point(count)).toBeNull();
  expect(rendezvous.point(5)).not.toBeNull();
});
