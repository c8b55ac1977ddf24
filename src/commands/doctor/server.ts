/** The server, its port, and what opens the vault. */
import { createServer } from "node:net";
import { vaultHeaderOf } from "../../core/app/user-data.ts";
import { systemProcesses } from "../../core/store/lock.ts";
import { readSnapshot } from "../../core/store/snapshot.ts";
import { StoreError } from "../../core/store/store-error.ts";
import { VaultError } from "../../core/vault/vault-error.ts";
import type { Context } from "../context.ts";
import { loadSettings, openVaultOf } from "../open.ts";
import { answers } from "../server-client.ts";
import { announcedServer } from "../server-file.ts";
import { VERSION } from "../version.ts";
import { type Check, fail, ok, warn } from "./check.ts";

export async function serverCheck(context: Context): Promise<Check> {
  const server = announcedServer(context.home, systemProcesses());
  if (server === null) return await portCheck(context);
  const { pid, url, version } = server;
  if (!(await answers(url))) {
    return fail("server", `The server, process ${pid}, does not answer at ${url}.`, `End it: kill ${pid}`);
  }
  if (version !== VERSION) {
    return warn(
      "server",
      `The server is version ${version}, this command is version ${VERSION}.`,
      "Start the server again.",
    );
  }
  return ok("server", `The server runs at ${url}, process ${pid}, version ${version}.`);
}

/** Without a server: whether one could start. */
async function portCheck(context: Context): Promise<Check> {
  const { host, port } = loadSettings(context);
  const taken = port !== 0 && !(await isFree(host, port));
  if (taken) {
    return fail(
      "server",
      `No server of this home runs, and port ${port} on ${host} is taken by another program.`,
      `Use another: freellm serve --port ${port === 3001 ? 3002 : 3001}`,
    );
  }
  return warn(
    "server",
    "No server runs.",
    "Start one: freellm serve, or with every login: freellm service install",
  );
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

export async function vaultCheck(context: Context): Promise<Check> {
  const content = readSnapshot(context.home.snapshot);
  const header = content === undefined || content === "damaged" ? null : vaultHeaderOf(content);
  if (header === null) return ok("vault", "There is no vault yet; the first key makes one.");
  try {
    const vault = await openVaultOf(context, header);
    const what = vault.describe();
    vault.close();
    return ok("vault", `The vault opens with ${what}.`);
  } catch (error) {
    if (!(error instanceof VaultError || error instanceof StoreError)) throw error;
    return fail("vault", error.message, error.hint ?? "Restore a backup: freellm restore FILE");
  }
}
