/** The keys that an environment holds under the names that providers recommend, for a server that keeps nothing. */
import { type Admin, CommandError } from "../core/command.ts";
import type { Environment } from "./environment.ts";
import { CUSTOM } from "./keys/addition.ts";
import { findKeys, providerNamed } from "./keys/found.ts";
import type { FoundKey } from "./keys/found-key.ts";
import { additionOf } from "./keys/import-rows.ts";
import type { Line } from "./keys/lines.ts";
import { secretHint } from "./keys/view.ts";
import { loadProviders } from "./open.ts";

/** Adds them in the order in which the providers are offered, and says which: one sentence each. */
export async function addEnvironmentKeys(admin: Admin, environment: Environment): Promise<string[]> {
  const providers = await loadProviders();
  const order = [...providers.all().map(({ id }) => id), CUSTOM];
  const lines = Object.entries(environment)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([name, value = ""], index): Line => ({ number: index + 1, name, value: value.trim(), error: null }),
    );
  const rank = ({ provider }: FoundKey): number => order.indexOf(provider ?? "");
  const usual = findKeys(lines, providers)
    .filter(({ name, provider, problem }) => {
      const named = name !== null && (provider === CUSTOM || providerNamed(providers, name) !== null);
      return named && problem === null;
    })
    .sort((one, other) => rank(one) - rank(other));
  const notices: string[] = [];
  for (const key of usual) {
    const what = `${key.name} (${secretHint(key.secret?.slice(-4) ?? null)})`;
    try {
      const reply = await admin.execute(additionOf(key));
      if (reply.type === "key") notices.push(`${what} is used as ${reply.key.id}, in memory only.`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // The same key under two names is one key.
      if (error.code !== "duplicate_key") notices.push(`${what} is not used: ${error.message}`);
    }
  }
  return notices;
}
