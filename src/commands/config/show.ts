import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { resolveSettings } from "../../core/config/resolve.ts";
import { propertyName, settingRows } from "../../core/config/settings.ts";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";

export function defineShow(config: Command, context: Context): void {
  const command = config
    .command("show", { isDefault: true })
    .description("Print every setting with its value and where that comes from (the default).")
    .option("--changed", "only those that are not at their default")
    .option("--json", "print JSON")
    .action((options: { changed?: true }) => show(context, options.changed === true));
  withExamples(command, "freellm config show", "freellm config show --changed", "freellm config show --json");
}

function show({ home, environment, output }: Context, onlyChanged: boolean): void {
  const { settings, origins } = resolveSettings({ environment, toml: readConfig(home.config) });
  const rows = settingRows().flatMap(([name, { secret, help, default: standard }]) => {
    const property = propertyName(name);
    const origin = origins[property];
    if (onlyChanged && origin.source === "default") return [];
    // What may hold a password is not shown; that it is set is.
    const hidden = secret === true && origin.source !== "default";
    const value: unknown = hidden ? null : settings[property];
    return [{ name, value, default: standard, source: origin.source, where: origin.where, hidden, help }];
  });
  if (output.json) {
    output.data({ settings: rows });
    return;
  }
  if (rows.length === 0) {
    output.line("All settings are at their defaults.");
    return;
  }
  const cells = rows.map(({ name, value, hidden, where }) => [
    name,
    hidden ? "(hidden)" : written(value),
    where ?? "default",
  ]);
  output.table(["SETTING", "VALUE", "FROM"], cells, (text, column) =>
    column === 2 && text === "default" ? output.paint.gray(text) : text,
  );
}

function written(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === "" || text === "[]" || text === "{}" ? "(none)" : text;
}

/** Text of config.toml; undefined when it is not there. */
export function readConfig(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
