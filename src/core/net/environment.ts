/**
 * The environment that the process must have been started with. Bun reads these variables once, at start, so the
 * command that serves starts itself again with the right ones.
 */

export type Environment = Record<string, string | undefined>;

export interface EnvironmentOptions {
  /** Concurrent outbound requests; Bun queues silently beyond 256 unless it is told otherwise. */
  maxRequests: number;
}

/** Proxies come from settings alone, TLS is always verified. */
const UNWANTED: ReadonlySet<string> = new Set([
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NODE_TLS_REJECT_UNAUTHORIZED",
]);
const MAX_REQUESTS = "BUN_CONFIG_MAX_HTTP_REQUESTS";

/** The environment to start again with, or null when this one is right. The input is left as it is. */
export function sanitisedEnvironment(
  environment: Environment,
  options: EnvironmentOptions,
): Record<string, string> | null {
  let right = Number(environment[MAX_REQUESTS]) >= options.maxRequests;
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (UNWANTED.has(name.toUpperCase())) right = false;
    else clean[name] = value;
  }
  if (right) return null;
  if (!(Number(clean[MAX_REQUESTS]) >= options.maxRequests))
    clean[MAX_REQUESTS] = String(options.maxRequests);
  return clean;
}
