/** Settings that are wrong, and variables that do not do what their user may think. */
import { problemsIn } from "../config/problems.ts";
import { readConfig } from "../config/show.ts";
import type { Context } from "../context.ts";
import type { Environment } from "../environment.ts";
import { type Check, fail, ok, warn } from "./check.ts";

export function settingChecks({ home, environment }: Context): Check[] {
  const problems = problemsIn(readConfig(home.config), environment).map(({ line, message, hint }) =>
    fail("settings", line === null ? message : `${home.config}:${line}: ${message}`, hint),
  );
  return [
    ...(problems.length > 0 ? problems : [ok("settings", "The settings are right.")]),
    ...environmentChecks(environment),
  ];
}

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
/** They change how the program itself runs. */
const RUNTIME = ["BUN_OPTIONS", "BUN_BE_BUN", "NODE_OPTIONS", "BUN_INSPECT"];

/** Names alone: values may hold passwords. */
function environmentChecks(environment: Environment): Check[] {
  const set = (names: readonly string[]): string[] =>
    names.flatMap((name) => [name, name.toLowerCase()]).filter((name) => environment[name]);
  const checks: Check[] = [];
  const proxies = set(PROXIES);
  if (proxies.length > 0 && !environment.FREELLM_PROXY) {
    checks.push(
      warn(
        "environment_proxy",
        `${proxies.join(", ")} is set, and freellm does not use it.`,
        "Where calls must go through a proxy, say so to freellm: the setting proxy, or FREELLM_PROXY.",
      ),
    );
  }
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    checks.push(
      warn(
        "environment_tls",
        "NODE_TLS_REJECT_UNAUTHORIZED is 0. freellm verifies certificates all the same; other programs may not.",
        "Unset it.",
      ),
    );
  }
  const runtime = set(RUNTIME);
  if (runtime.length > 0) {
    checks.push(
      warn(
        "environment_runtime",
        `${runtime.join(", ")} changes how freellm itself runs.`,
        "Unset it for freellm.",
      ),
    );
  }
  return checks.length > 0 ? checks : [ok("environment", "No variable of the environment is in the way.")];
}
