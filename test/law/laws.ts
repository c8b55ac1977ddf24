// biome-ignore-all lint/suspicious/noTemplateCurlyInString: interpolations are what is looked for
/** The laws of the architecture, each a function from sources to the places that break it. */
import { isAbsolute, posix } from "node:path";
import { lineOf, type Source } from "./source.ts";

export interface Violation {
  path: string;
  line: number;
  message: string;
}

export type Law = (sources: readonly Source[]) => Violation[];

export function violation(source: Source, start: number, message: string): Violation {
  return { path: source.path, line: lineOf(source, start), message };
}

/** The room of the house that a file lies in: `core/chat`, `core/ports`, `providers`; null outside of all. */
export function roomOf(path: string): string | null {
  const [top, room = "", inner] = path.split("/").slice(1);
  if (top !== "core") return top !== undefined && room !== "" ? top : null;
  if (inner === undefined) return `core/${room.replace(/\.ts$/, "")}`;
  return `core/${room}`;
}

/** What each room may import beside itself. `core` stands for all of core. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "core/chat": [],
  "core/config": ["core/route"],
  "core/route": ["core/chat", "core/ports"],
  "core/sim": ["core/chat", "core/route", "core/ports"],
  "core/surface": ["core/chat", "core/ports"],
  "core/net": ["core/chat", "core/ports"],
  "core/store": ["core/route", "core/ports"],
  "core/vault": ["core/store", "core/ports"],
  "core/serve": ["core"],
  "core/app": ["core"],
  "core/ports": ["core/chat", "core/route"],
  "core/provider": ["core/chat", "core/route"],
  "core/command": ["core/chat", "core/route"],
  providers: ["core/chat", "core/provider"],
  tui: ["core/chat", "core/route", "core/command"],
  commands: ["core", "providers", "tui"],
};

/** The contracts name types only, and of the routing room only its vocabulary. */
const CONTRACTS = ["core/ports", "core/provider", "core/command"];
const ROUTE_VOCABULARY = ["src/core/route/event.ts", "src/core/route/limits.ts"];

/** Rooms that depend on no package and no module of the runtime. */
const WITHOUT_PACKAGES = ["core/chat", "core/route", "core/sim", ...CONTRACTS];

/** Path of an imported source file; null for packages and for imports that are not literal. */
function importedPath(source: Source, specifier: string | null): string | null {
  if (specifier === null || !specifier.startsWith(".")) return null;
  return posix.join(posix.dirname(source.path), specifier);
}

/** Who may import whom. */
export const importLaw: Law = (sources) => {
  const found: Violation[] = [];
  for (const source of sources) {
    const room = roomOf(source.path);
    const allowed = room === null ? undefined : MAY_IMPORT[room];
    if (room === null || allowed === undefined) {
      found.push(violation(source, 0, "lies in no room of the house"));
      continue;
    }
    for (const { specifier, start, typeOnly } of source.imports) {
      const target = importedPath(source, specifier);
      if (target === null) {
        if (specifier !== null && (isAbsolute(specifier) || WITHOUT_PACKAGES.includes(room))) {
          found.push(violation(source, start, `${room} may not import ${specifier}`));
        }
        continue;
      }
      const other = roomOf(target);
      // The version of the program stands there.
      if (target === "package.json" && room === "commands") continue;
      if (other === null || !target.startsWith("src/")) {
        found.push(violation(source, start, `imports ${target}, outside of src`));
        continue;
      }
      if (other === room) continue;
      const inCore = other.startsWith("core/") && allowed.includes("core");
      if (!inCore && !allowed.includes(other)) {
        found.push(violation(source, start, `${room} may not import ${other} (${target})`));
      } else if (CONTRACTS.includes(room)) {
        const isVocabulary = other === "core/chat" || ROUTE_VOCABULARY.includes(target);
        if (!typeOnly) found.push(violation(source, start, `a contract may import types only (${target})`));
        else if (!isVocabulary) found.push(violation(source, start, `${room} may not import ${target}`));
      }
    }
  }
  return found;
};

/** No variable and no collection that can change at the top level of a module. */
export const stateLaw: Law = (sources) => {
  const found: Violation[] = [];
  for (const source of sources) {
    for (const { start, text } of topLevelDeclarations(source.code)) {
      if (/^(?:export\s+)?(?:let|var)\b/.test(text)) {
        found.push(violation(source, start, "declares a variable at module level"));
        continue;
      }
      const constant = /^(?:export\s+)?const\s+\w+\s*(?::\s*([^=]*?))?=(?!>)\s*([\s\S]*)$/.exec(text);
      if (constant === null) continue;
      const [, type = "", value = ""] = constant;
      const isReadonly = /^Readonly|^readonly\b/.test(type) || /\bas const\b|^Object\.freeze\(/.test(value);
      if (isReadonly) continue;
      const isCollection = /^new (?:Map|Set|WeakMap|WeakSet|Array|[A-Z]\w*Array)\b/.test(value);
      const isLiteral = source.path.startsWith("src/core/route/") && /^[[{]/.test(value);
      if (isCollection || isLiteral) {
        found.push(violation(source, start, "holds data at module level that is not marked readonly"));
      }
    }
  }
  return found;
};

/** Variable declarations outside of every bracket, from their first word to the end of the statement. */
function topLevelDeclarations(code: string): { start: number; text: string }[] {
  const declarations: { start: number; text: string }[] = [];
  const depths = depthsOf(code);
  for (const match of code.matchAll(/^(?:export\s+)?(?:let|var|const)\s/gm)) {
    if (depths[match.index] !== 0) continue;
    let end = match.index;
    while (end < code.length && !(code[end] === ";" && depths[end] === 0)) end++;
    declarations.push({ start: match.index, text: code.slice(match.index, end) });
  }
  return declarations;
}

/** How many brackets are open at each place. */
function depthsOf(code: string): number[] {
  let depth = 0;
  return Array.from(code, (character) => {
    if ("([{".includes(character)) return depth++;
    if (")]}".includes(character)) return --depth;
    return depth;
  });
}

const SQL =
  /^\s*(?:select|insert|update|delete|replace|create|alter|drop|pragma|attach|detach|vacuum|with|savepoint|release)\s/i;
/** Parts of a statement, where the statement's beginning is not in the same string. */
const SQL_PART = /\b(?:FROM|WHERE|VALUES|ORDER BY|LIMIT|PRAGMA)\b/;

/** SQL is written whole: nothing is put into it but bound parameters. */
export const sqlLaw: Law = (sources) => {
  const found: Violation[] = [];
  for (const source of sources) {
    if (!source.path.startsWith("src/core/store/") && !source.path.startsWith("src/core/vault/")) continue;
    for (const { start, text } of source.strings) {
      if (!SQL.test(text) && !SQL_PART.test(text)) continue;
      const end = start + text.length + 2;
      const isJoined =
        /^\s*\+/.test(source.code.slice(end)) || /\.concat\(/.test(source.code.slice(end, end + 8));
      if (text.includes("${}") || isJoined) {
        found.push(violation(source, start, "puts text into SQL; bind it as a parameter"));
      }
    }
  }
  return found;
};

export function sizeLaw(maxLines: number): Law {
  return (sources) =>
    sources.flatMap((source) => {
      const lines = source.text.replace(/\n$/, "").split("\n").length;
      if (lines <= maxLines) return [];
      return [
        { path: source.path, line: maxLines + 1, message: `has ${lines} lines; ${maxLines} is the most` },
      ];
    });
}

/** No file imports itself, however long the way, types included. */
export const cycleLaw: Law = (sources) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: Violation[] = [];
  function visit(source: Source, trail: readonly string[]): void {
    if (done.has(source.path)) return;
    const way = [...trail, source.path];
    for (const { specifier, start } of source.imports) {
      const target = importedPath(source, specifier);
      if (target === null) continue;
      if (way.includes(target)) {
        const circle = [...way.slice(way.indexOf(target)), target].join(" -> ");
        found.push(violation(source, start, `closes a circle: ${circle}`));
      } else {
        const next = byPath.get(target);
        if (next !== undefined) visit(next, way);
      }
    }
    done.add(source.path);
  }
  for (const source of sources) visit(source, []);
  return found;
};

/** A provider that the catalogue does not name does not exist for the program. */
export const registrationLaw: Law = (sources) => {
  const catalogue = sources.find((source) => source.path === "src/providers/catalogue.ts");
  const registered = new Set(
    catalogue?.imports.map(({ specifier }) => importedPath(catalogue, specifier)) ?? [],
  );
  const found: Violation[] = [];
  for (const source of sources) {
    if (!source.path.startsWith("src/providers/") || source === catalogue) continue;
    const data = /^export const \w+\s*(?::\s*ProviderSpec\s*=|=[^;]*\bsatisfies ProviderSpec\b)/m.exec(
      source.code,
    );
    if (data !== null && !registered.has(source.path)) {
      found.push(violation(source, data.index, "is not registered in src/providers/catalogue.ts"));
    }
  }
  return found;
};
