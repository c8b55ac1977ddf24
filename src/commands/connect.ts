/** Who carries out a command: the server that runs for this home, else the application in this process, under the same lock. */
import { type Admin, CommandError } from "../core/command.ts";
import { systemProcesses } from "../core/store/lock.ts";
import { StoreError } from "../core/store/store-error.ts";
import type { Vault } from "../core/vault/vault.ts";
import { noServerError } from "./complaint.ts";
import type { Context } from "./context.ts";
import { answers, ServerClient } from "./server-client.ts";
import { announcedServer, readAdminToken, type ServerRecord } from "./server-file.ts";

export interface Connection {
  admin: Admin;
  /** null when the work is done in this process. */
  server: { url: string; pid: number | null; token: string } | null;
  /** Open when the work is done in this process, else null. */
  vault: Vault | null;
  close(): Promise<void>;
}

/** Where a command wants to go: `--url`, else what the home says. */
export interface Destination {
  url?: string;
}

/** How long a server that is just starting, or another command, may hold the lock before we give up. */
const LOCK_WAIT_MS = 5_000;
const LOCK_POLL_MS = 100;

/** A running server. Throws the error of exit code 3 when there is none. */
export async function connectToServer(context: Context, { url }: Destination): Promise<Connection> {
  if (url !== undefined) return connectByUrl(context, url);
  const server = announcedServer(context.home, systemProcesses());
  if (server === null) throw noServerError();
  return connectTo(context, server);
}

/** A running server, or the application opened here. */
export async function connect(context: Context, { url }: Destination): Promise<Connection> {
  if (url !== undefined) return connectByUrl(context, url);
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const server = announcedServer(context.home, systemProcesses());
    if (server !== null) return connectTo(context, server);
    try {
      const { openLocally } = await import("./open.ts");
      const { admin, vault, close } = await openLocally(context);
      return { admin, vault, server: null, close };
    } catch (error) {
      const busy = error instanceof StoreError && error.code === "locked";
      if (!busy || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

/** Carries out `work` and closes the connection whatever happens. */
export async function withConnection<T>(
  connection: Promise<Connection>,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const opened = await connection;
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

async function connectTo({ home }: Context, { url, pid }: ServerRecord): Promise<Connection> {
  const token = readAdminToken(home);
  if (token !== null && (await answers(url))) return remote(url, pid, token);
  throw new CommandError(
    "server_silent",
    `The server with process id ${pid} runs but does not answer at ${url}.`,
    `Try again; if it stays so, end it: kill ${pid}`,
  );
}

function connectByUrl({ environment, home }: Context, given: string): Connection {
  const url = given.replace(/\/+$/, "");
  const token = environment.FREELLM_ADMIN_TOKEN || readAdminToken(home);
  if (token !== null) return remote(url, null, token);
  throw new CommandError(
    "no_admin_token",
    "There is no admin token for that server.",
    "Put it into FREELLM_ADMIN_TOKEN.",
  );
}

function remote(url: string, pid: number | null, token: string): Connection {
  return {
    admin: new ServerClient(url, token),
    server: { url, pid, token },
    vault: null,
    close: async () => {},
  };
}
