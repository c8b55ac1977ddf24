/** What is wrong with the settings, by line of config.toml where that is at fault. */

import { lineOfSetting } from "../../core/config/locate.ts";
import { resolveSettings, type SettingProblem, SettingsError } from "../../core/config/resolve.ts";
import { checkProxyUrl } from "../../core/net/proxy-url.ts";
import type { Environment } from "../environment.ts";
import type { Output } from "../output.ts";

export interface LocatedProblem {
  setting: string | null;
  /** `FREELLM_PORT`, `port in config.toml`. */
  where: string;
  /** Of config.toml; null where that is not at fault, or as a whole. */
  line: number | null;
  message: string;
  hint: string;
}

const IN_FILE = " in config.toml";

/** Everything at once, in the order of the file; empty when all is well. */
export function problemsIn(toml: string | undefined, environment: Environment): LocatedProblem[] {
  try {
    const { settings, origins } = resolveSettings({ environment, toml });
    const checked = settings.proxy === "" ? null : checkProxyUrl(settings.proxy);
    if (checked === null || !("error" in checked)) return [];
    const where = origins.proxy.where ?? "proxy";
    const problem = { setting: "proxy" as const, where, message: `${where} is not right. ${checked.error}` };
    return [located({ ...problem, hint: checked.hint ?? "Correct it, or remove it." }, toml)];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems
      .map((problem) => located(problem, toml))
      .sort((one, other) => (one.line ?? Number.MAX_VALUE) - (other.line ?? Number.MAX_VALUE));
  }
}

function located({ setting, where, message, hint }: SettingProblem, toml = ""): LocatedProblem {
  const [, stated] = / at line (\d+),/.exec(message) ?? [];
  const inFile = where.endsWith(IN_FILE) ? lineOfSetting(toml, where.slice(0, -IN_FILE.length)) : null;
  const line = where === "config.toml" && stated !== undefined ? Number(stated) : inFile;
  return { setting, where, line, message, hint };
}

/** Each as an error with its line, and what to do. */
export function complainOf(output: Output, path: string, problems: readonly LocatedProblem[]): void {
  for (const { line, message, hint } of problems) {
    const place = line === null ? "" : `${path}:${line}: `;
    output.complain({ code: "settings", message: `${place}${message}`, hint });
  }
}
