/** Where in a config.toml a setting stands. */

/** The line, from 1 on, that gives `name` (dotted names included) a value or opens its table; null when there is none. */
export function lineOfSetting(toml: string, name: string): number | null {
  let table = "";
  for (const [index, line] of toml.split("\n").entries()) {
    const [, header] = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    const [, key] =
      /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/.exec(line) ?? [];
    if (header !== undefined) table = plain(header);
    const full = header !== undefined ? table : key === undefined ? null : joined(table, plain(key));
    if (full === name || full?.startsWith(`${name}.`)) return index + 1;
  }
  return null;
}

function joined(table: string, key: string): string {
  return table === "" ? key : `${table}.${key}`;
}

function plain(key: string): string {
  return key
    .split(".")
    .map((part) => part.trim().replace(/^["']|["']$/g, ""))
    .join(".");
}
