/** The architecture, executed: the laws of `law/laws.ts` over everything in `src`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allowed } from "./law/allowed.ts";
import { cycleLaw, importLaw, type Law, registrationLaw, sizeLaw, sqlLaw, stateLaw } from "./law/laws.ts";
import { reachLaw, unusedPermits } from "./law/reach.ts";
import { readSource } from "./law/source.ts";

const root = join(import.meta.dirname, "..");

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((name) => `src/${name.replaceAll("\\", "/")}`)
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"))
  .sort()
  .map((path) => readSource(path, readFileSync(join(root, path), "utf8")));

function broken(law: Law): string[] {
  return law(sources).map(({ path, line, message }) => `${path}:${line} ${message}`);
}

describe("the law of the house", () => {
  test("there is something to judge", () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap((source) => source.imports).length).toBeGreaterThan(40);
  });

  test("each room imports only what it may", () => expect(broken(importLaw)).toEqual([]));

  test("clock, randomness, environment, network and runtime only in named files", () => {
    expect(broken(reachLaw(allowed))).toEqual([]);
  });

  test("every permit to do so is needed and has a reason", () => {
    expect(unusedPermits(allowed, sources)).toEqual([]);
    for (const reason of Object.values(allowed).flatMap(Object.values)) expect(reason).toMatch(/\w+ \w+/);
  });

  test("modules hold no state", () => expect(broken(stateLaw)).toEqual([]));

  test("SQL has nothing put into it", () => expect(broken(sqlLaw)).toEqual([]));

  test("files have at most 300 lines", () => expect(broken(sizeLaw(300))).toEqual([]));

  test("imports go in no circle", () => expect(broken(cycleLaw)).toEqual([]));

  test("every provider is registered", () => expect(broken(registrationLaw)).toEqual([]));
});
