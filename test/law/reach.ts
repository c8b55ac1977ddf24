/** The law on what touches the world: clock, randomness, environment, network, timers, runtime. */
import { type Law, violation } from "./laws.ts";
import type { Source } from "./source.ts";

/** What reaches out of a pure function, by the name under which the allow-list permits it. */
const REACHES: Readonly<Record<string, RegExp>> = {
  clock: /\bDate\.now\b|\bnew Date\(\s*\)|(?<![\w.]|new )Date\(|\bperformance\.now\b/g,
  randomness: /\bMath\.random\b|\bgetRandomValues\b|\brandomBytes\b|\brandomUUID\b|\brandomInt\b/g,
  process: /(?<![\w.])process\s*[.[]|\bimport\.meta\.env\b/g,
  fetch: /(?<![\w.])fetch\s*\(/g,
  bun: /(?<![\w.])Bun\s*\./g,
  timers: /\bset(?:Timeout|Interval|Immediate)\b/g,
  globals: /\bglobalThis\b/g,
  execution: /\beval\s*\(|\bnew Function\b|\bnew Worker\b|\bBun\.spawn(?:Sync)?\b|\bexecve\b/g,
};

export type Reach =
  | "clock"
  | "randomness"
  | "process"
  | "fetch"
  | "bun"
  | "timers"
  | "globals"
  | "execution"
  | "modules";

/** File (or folder, with a slash at its end) -> what it may use -> why. */
export type AllowList = Readonly<Record<string, Readonly<Partial<Record<Reach, string>>>>>;

interface Use {
  source: Source;
  start: number;
  reach: Reach;
  text: string;
}

function usesOf(source: Source): Use[] {
  const uses: Use[] = [];
  for (const [reach, pattern] of Object.entries(REACHES)) {
    for (const match of source.code.matchAll(pattern)) {
      uses.push({ source, start: match.index, reach: reach as Reach, text: match[0] });
    }
  }
  for (const { specifier, start } of source.imports) {
    const text = specifier ?? "import of a variable";
    if (specifier === null || /child_process|worker_threads|^(?:node:)?(?:vm|cluster)$/.test(specifier)) {
      uses.push({ source, start, reach: "execution", text });
    }
    if (specifier !== null && /^(?:node:|bun:|bun$)/.test(specifier)) {
      uses.push({ source, start, reach: "modules", text });
    }
  }
  return uses;
}

/**
 * Makes the real ports and may use everything, except what needs a permit there, too: to start programs, and fetch, which
 * obeys HTTP_PROXY and holds back calls beyond 256.
 */
const COMPOSITION_ROOT = "src/commands/";
const NEVER_FREE: ReadonlySet<Reach> = new Set(["execution", "fetch"]);

function isFree(use: Use): boolean {
  return use.source.path.startsWith(COMPOSITION_ROOT) && !NEVER_FREE.has(use.reach);
}

function permits(allowed: AllowList, path: string, reach: Reach): string | undefined {
  return Object.keys(allowed).find(
    (entry) =>
      (entry === path || (entry.endsWith("/") && path.startsWith(entry))) &&
      allowed[entry]?.[reach] !== undefined,
  );
}

/** Clock, randomness, environment, network, timers and runtime only where the list says so. */
export function reachLaw(allowed: AllowList): Law {
  return (sources) =>
    sources
      .flatMap(usesOf)
      .filter((use) => !isFree(use) && permits(allowed, use.source.path, use.reach) === undefined)
      .map((use) => violation(use.source, use.start, `uses ${use.text} (${use.reach}), not allowed here`));
}

/** Entries of the list that nothing needs any more, as `path: reach`. */
export function unusedPermits(allowed: AllowList, sources: readonly Source[]): string[] {
  const used = new Set<string>();
  for (const use of sources.flatMap(usesOf)) {
    const entry = permits(allowed, use.source.path, use.reach);
    if (entry !== undefined) used.add(`${entry}: ${use.reach}`);
  }
  return Object.entries(allowed)
    .flatMap(([entry, reaches]) => Object.keys(reaches).map((reach) => `${entry}: ${reach}`))
    .filter((permit) => !used.has(permit));
}
