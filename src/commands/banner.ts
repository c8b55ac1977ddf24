/** What a server says when it is ready. */
import type { Output } from "./output.ts";
import type { RunningServer } from "./server.ts";
import { VERSION } from "./version.ts";

/** The token is printed only where it is of no use after this server: a log must not hold the real one. */
export function printBanner(output: Output, server: RunningServer): void {
  const { listener, settings, home, fleet, adminToken } = server;
  const { application, notices } = server.opened;
  const { bold } = output.paint;
  const row = (name: string, text: string): void => output.line(`  ${bold(name.padEnd(10))}${text}`);
  const passing = home === null || fleet !== null;
  const keys = application.store.keys.list();
  const providers = new Set(keys.map(({ provider }) => provider)).size;

  if (fleet === null) for (const notice of notices) output.note(notice);
  if (settings.expose) {
    output.warn("other machines can reach this server; the token is all that keeps them out.");
  }
  output.line(`freellm ${VERSION} is ready at ${bold(listener.url)}`);
  output.line();
  if (keys.length === 0 && home === null)
    row("keys", "none; put one into the environment, for example as GROQ_API_KEY");
  else if (keys.length === 0) row("keys", "none yet; add one: freellm keys add");
  else row("keys", `${keys.length}, of ${providers} ${providers === 1 ? "provider" : "providers"}`);
  if (fleet !== null) {
    row("demo", "the providers are simulated, and nothing is kept");
    for (const { name, behaviour } of fleet.endpoints) output.prose(`${" ".repeat(12)}${name}: ${behaviour}`);
  } else if (home === null) {
    row("kept", "nothing: keys and history are forgotten at the end");
  } else {
    row("sealed by", application.vault.describe());
  }
  if (home === null) row("watch it", `FREELLM_ADMIN_TOKEN=${adminToken} freellm dash --url ${listener.url}`);
  else row("watch it", passing ? `FREELLM_HOME=${home.root} freellm dash` : "freellm dash");
  output.line();
  output.line("Point a client at it, with the model auto:");
  output.line(`  export OPENAI_BASE_URL=${listener.url}/v1`);
  output.line(`  export OPENAI_API_KEY=${passing ? application.token.show() : '"$(freellm token)"'}`);
  output.line();
}
