/** Which value of a setting holds: flag, then environment, then config.toml, then the default. */
import { parse, TomlError } from "smol-toml";
import { safeParse } from "valibot";
import {
  type AnySetting,
  environmentName,
  propertyName,
  type SettingName,
  type Settings,
  settingRows,
} from "./settings.ts";

export interface SettingSources {
  /** As the command line gave them, by property name of `Settings`; undefined where a flag was not given. */
  flags?: Readonly<Partial<Record<keyof Settings, unknown>>>;
  environment?: Readonly<Record<string, string | undefined>>;
  /** Text of config.toml; absent when there is no such file. */
  toml?: string | undefined;
}

export interface SettingOrigin {
  source: "flag" | "environment" | "file" | "default";
  /** `--port`, `FREELLM_PORT`, `port in config.toml`; null for a default. */
  where: string | null;
}

export interface ResolvedSettings {
  settings: Settings;
  origins: Readonly<Record<keyof Settings, SettingOrigin>>;
}

export interface SettingProblem {
  /** null when the file as a whole is at fault. */
  setting: SettingName | null;
  where: string;
  message: string;
  /** What to do about it. */
  hint: string;
}

/** Some settings cannot be used. The message has a line for each. */
export class SettingsError extends Error {
  override name = "SettingsError";
  /** What to do, a line for each problem. */
  readonly hint: string;

  constructor(readonly problems: readonly SettingProblem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.hint = problems.map((problem) => problem.hint).join("\n");
  }
}

/** The settings in force and where each came from. Throws SettingsError, with everything that is wrong at once. */
export function resolveSettings(sources: SettingSources): ResolvedSettings {
  const problems: SettingProblem[] = [];
  const file = readFile(sources.toml, problems);
  const settings: Partial<Record<keyof Settings, unknown>> = {};
  const origins: Partial<Record<keyof Settings, SettingOrigin>> = {};
  for (const [name, row] of settingRows()) {
    const given = lookUp(name, row, sources, file);
    const property = propertyName(name);
    origins[property] = given.origin;
    if (given.origin.where === null) {
      settings[property] = row.default;
      continue;
    }
    const value = typeof given.value === "string" && given.isText ? row.read(given.value) : given.value;
    const checked = safeParse(row.schema(), value);
    if (checked.success) settings[property] = checked.output;
    else problems.push(wrongValue(name, row, given.origin.where, given.value));
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    settings: settings as Settings,
    origins: origins as Record<keyof Settings, SettingOrigin>,
  };
}

interface Given {
  value: unknown;
  origin: SettingOrigin;
  /** Written as text, whatever the type of the setting. */
  isText: boolean;
}

function lookUp(
  name: SettingName,
  row: AnySetting,
  sources: SettingSources,
  file: ReadonlyMap<string, unknown>,
): Given {
  const property = propertyName(name);
  const flag = sources.flags?.[property];
  if (flag !== undefined) {
    return { value: flag, origin: { source: "flag", where: row.flag ?? property }, isText: true };
  }
  const variable = environmentName(name);
  const text = sources.environment?.[variable];
  // An empty variable is how many tools unset one.
  if (text !== undefined && text !== "") {
    return { value: text, origin: { source: "environment", where: variable }, isText: true };
  }
  if (file.has(name)) {
    const where = `${name} in config.toml`;
    return { value: file.get(name), origin: { source: "file", where }, isText: false };
  }
  return { value: undefined, origin: { source: "default", where: null }, isText: false };
}

/** The values of config.toml by name; what cannot be used is told in `problems`. */
function readFile(toml: string | undefined, problems: SettingProblem[]): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  if (toml === undefined) return values;
  let table: Record<string, unknown>;
  try {
    table = parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    problems.push({
      setting: null,
      where: "config.toml",
      message: `config.toml is not valid TOML at line ${error.line}, column ${error.column}.`,
      hint: "Correct that line, or remove it.",
    });
    return values;
  }
  const names = settingRows().map(([name]) => name);
  for (const [name, value] of flatten(table, "", new Set(names))) {
    if (names.includes(name as SettingName)) values.set(name, value);
    else problems.push(unknownName(name, names));
  }
  return values;
}

/** Keys of nested tables as dotted names; a setting that is a table itself stays one. */
function* flatten(
  table: Record<string, unknown>,
  prefix: string,
  whole: ReadonlySet<string>,
): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(table)) {
    const name = prefix + key;
    if (!whole.has(name) && Object.prototype.toString.call(value) === "[object Object]") {
      yield* flatten(value as Record<string, unknown>, `${name}.`, whole);
    } else {
      yield [name, value];
    }
  }
}

function wrongValue(name: SettingName, row: AnySetting, where: string, value: unknown): SettingProblem {
  return {
    setting: name,
    where,
    message: row.secret
      ? `${where} is not right: expected ${row.expects}.`
      : `${where} is ${JSON.stringify(value)}: expected ${row.expects}.`,
    hint: `Correct it, or remove it to get the default, ${JSON.stringify(row.default)}.`,
  };
}

function unknownName(name: string, known: readonly SettingName[]): SettingProblem {
  const plain = (name.split(".").at(-1) ?? name).replace(/[A-Z]/g, "_$&").replaceAll("-", "_").toLowerCase();
  const closest = known.reduce((best, other) =>
    editDistance(plain, other) < editDistance(plain, best) ? other : best,
  );
  return {
    setting: null,
    where: `${name} in config.toml`,
    message: `config.toml has an unknown setting, ${name}.`,
    hint: `The closest known setting is ${closest}. Rename it, or remove it.`,
  };
}

/** Letters to insert, delete or replace until `from` reads `to`. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
